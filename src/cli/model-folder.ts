// Prepares the folder of trained models, and tests before the training that it can be written to.
import { existsSync, rmdirSync } from "node:fs";
import { open, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { FileError } from "../errors.ts";
import { fileError, makeFolder, ownMark } from "../io/files.ts";

/** The default folder of `--out`. */
export const modelFolder = "nabla-models";

/**
 * Makes the folder, tests that it can be written to, and returns the path of the model's file. Throws {@link
 * FileError}.
 */
export async function prepareModelFile(folder: string, name: string): Promise<string> {
  await makeFolder(folder);
  const file = join(folder, `${name}.safetensors`);
  await checkWritable(file);
  return file;
}

/**
 * Removes the folder when the process ends, with those above it, if they are not there now and nothing was written into
 * them: by then a run has failed, or a Ctrl-C has ended the process, after which no `finally` runs.
 */
export function leaveNoEmptyFolder(folder: string): void {
  const missing: string[] = [];
  for (let at = resolve(folder); !existsSync(at); at = dirname(at)) missing.push(at);
  process.once("exit", () => {
    try {
      for (const each of missing) rmdirSync(each);
    } catch {
      // A folder that holds something cannot be removed.
    }
  });
}

/** Tests that a file can be written: it is no folder, and its folder takes files. Throws {@link FileError}. */
export async function checkWritable(file: string): Promise<void> {
  const folder = dirname(file);
  const there = await stat(file).catch(() => null);
  if (there && !there.isFile())
    throw new FileError(`cannot write "${file}": ${there.isDirectory() ? "it is a folder" : "it is no regular file"}.`);
  const probe = join(folder, `.nabla-${ownMark()}.tmp`);
  try {
    await (await open(probe, "wx")).close();
    await rm(probe);
  } catch (error) {
    throw fileError("write into the folder", folder, error);
  }
}
