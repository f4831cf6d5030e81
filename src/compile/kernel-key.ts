// A text that is equal for kernels which compute the same, each on buffers of its own.
import type { Kernel } from "./kernel.ts";

/** Expressions and buffers are named in the order in which they are met. A buffer's own name and index do not count. */
export function kernelKey({ scope: _, ...kernel }: Kernel): string {
  const names = new Map<object, string>();
  const parts: string[] = [];
  const text = (value: unknown): string =>
    JSON.stringify(value, (_, part) => {
      if (typeof part === "number") return Object.is(part, -0) ? "-0" : Number.isFinite(part) ? part : `${part}`;
      const isNamed =
        part !== null && typeof part === "object" && "dtype" in part && ("kind" in part || "place" in part);
      if (!isNamed) return part;
      let name = names.get(part);
      if (name === undefined) {
        const content = text(Object.entries(part).filter(([key]) => key !== "name" && key !== "index"));
        names.set(part, (name = `#${names.size}`));
        parts.push(content);
      }
      return name;
    });
  parts.push(text(kernel));
  return parts.join("\n");
}
