// The callback that writes the measures of each epoch into a file of comma-separated values.
import { ArgumentError } from "../errors.ts";
import { nodeModule } from "../io/node-modules.ts";
import { checkFlag, checkOptions, describe } from "../options.ts";
import type { Callback } from "./callback.ts";

/** The options of {@link csvLogger}. */
export interface CsvLoggerOptions {
  /** The text between two values. Default: ",". */
  readonly separator?: string;
  /** Goes on with a file that is there, instead of writing it anew. Default: false. */
  readonly append?: boolean;
}

/**
 * Writes a line for each epoch into a file: the epoch, from 0 as in Keras, and its measures, under a line with their
 * names. Each line is written when its epoch ends. A run that is resumed goes on with the file.
 *
 * @throws FileError where there is no file system (in a page), or the file cannot be written
 * @example callbacks.csvLogger("runs/digits.csv", { separator: ";" })
 */
export function csvLogger(path: string, options: CsvLoggerOptions = {}): Callback {
  const where = "callbacks.csvLogger";
  if (typeof path !== "string" || path === "")
    throw new ArgumentError(`${where}: expected the path of a file, got ${describe(path)}.`);
  checkOptions(where, options, ["separator", "append"]);
  const { separator = ",", append = false } = options;
  if (typeof separator !== "string" || separator === "" || /["\r\n]/.test(separator))
    throw new ArgumentError(`${where}: separator: expected a text such as ";", got ${describe(separator)}.`);
  checkFlag(where, "append", append);
  const fs = nodeModule("node:fs", `writing "${path}"`);
  const sizeOfFile = (): number => fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const cell = (value: string | number): string => {
    const text = String(value);
    return text.includes(separator) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  /** The number of bytes that this run and those before it have written; 0 begins the file. */
  let size = 0;
  return {
    onTrainBegin() {
      size = append ? sizeOfFile() : 0;
    },
    name: "csvLogger",
    state: () => size,
    restore(state) {
      size = Math.min(state as number, sizeOfFile());
      // Lines that were written after the checkpoint from which the run goes on are written again.
      if (size > 0) fs.truncateSync(path, size);
    },
    async onEpochEnd({ seconds: _, ...values }) {
      const lines = size === 0 ? [Object.keys(values), Object.values(values)] : [Object.values(values)];
      const text = lines.map((line) => `${line.map(cell).join(separator)}\n`).join("");
      try {
        fs.writeFileSync(path, text, { flag: size === 0 ? "w" : "a" });
      } catch (error) {
        const { fileError } = await import("../io/files.ts");
        throw fileError("write", path, error);
      }
      size = sizeOfFile();
    },
  };
}
