// A text that is equal for kernels which compute the same, each on buffers of its own.
import type { Kernel } from "./kernel.ts";

/**
 * Expressions and buffers are numbered in the order in which they are met, and written out where they are first met. A
 * buffer's own name and index do not count. All texts in a kernel are names of the compiler's: none needs quotes.
 */
export function kernelKey({ scope: _, ...kernel }: Kernel): string {
  const numbers = new Map<object, number>();
  let key = "";
  const write = (value: unknown): void => {
    if (typeof value === "number") key += Object.is(value, -0) ? "-0" : value;
    else if (typeof value !== "object" || value === null) key += value;
    else if (Array.isArray(value)) {
      key += "[";
      for (const part of value) {
        write(part);
        key += ",";
      }
      key += "]";
    } else {
      const isNumbered = "dtype" in value && ("kind" in value || "place" in value);
      const number = isNumbered ? numbers.get(value) : undefined;
      if (number !== undefined) key += `#${number}`;
      else {
        if (isNumbered) numbers.set(value, numbers.size);
        key += "{";
        for (const name in value) {
          if (isNumbered && (name === "name" || name === "index")) continue;
          key += name;
          key += ":";
          write(value[name as keyof typeof value]);
          key += ",";
        }
        key += "}";
      }
    }
  };
  write(kernel);
  return key;
}
