// Prepares the folder of trained models, and tests before the training that it can be written to.
import { open, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
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

/** Runs something that writes into a folder. If that was not there before and nothing came of it, it is removed. */
export async function leavingNoEmptyFolder(folder: string, run: () => Promise<void>): Promise<void> {
  const isNew = (await stat(folder).catch(() => null)) === null;
  // A folder that holds something stays, since it cannot be removed.
  await run().finally(() => (isNew ? rmdir(folder).catch(() => {}) : undefined));
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
