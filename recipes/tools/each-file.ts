// Files that are asked about together: those that can be read are answered, and the others are named at the end.
import { FileError } from "nabla";

/** What was read of some files, and what went wrong with the others. */
export interface ReadFiles<T> {
  readonly files: readonly string[];
  readonly read: readonly T[];
  readonly failures: readonly FileError[];
}

/**
 * Reads each file.
 *
 * @throws FileError if not one of them can be read
 */
export async function readEach<T>(files: readonly string[], read: (file: string) => Promise<T>): Promise<ReadFiles<T>> {
  const [good, found, failures]: [string[], T[], FileError[]] = [[], [], []];
  for (const file of files)
    try {
      found.push(await read(file));
      good.push(file);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      failures.push(error);
    }
  if (found.length === 0) throwFailures(failures);
  return { files: good, read: found, failures };
}

/** Throws what went wrong with single files as one error, a line for each; nothing if nothing did. */
export function throwFailures(failures: readonly Error[]): void {
  const [first] = failures;
  if (first === undefined) return;
  throw failures.length === 1 ? first : new FileError(failures.map(({ message }) => message).join("\n"));
}
