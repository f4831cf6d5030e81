// The folder that trained models go into, tried out before hours of training depend on it.
import { open, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { FileError } from "../errors.ts";
import { fileError, makeFolder } from "../io/files.ts";

/** Where models go when nothing else is said. */
export const modelFolder = "nabla-models";

/** Makes the folder, makes sure that a file can be written there, and gives the path of the model's file. Throws {@link FileError}. */
export async function prepareModelFile(folder: string, name: string): Promise<string> {
  await makeFolder(folder);
  const file = join(folder, `${name}.safetensors`);
  const there = await stat(file).catch(() => null);
  if (there && !there.isFile())
    throw new FileError(`cannot write "${file}": ${there.isDirectory() ? "it is a folder" : "it is no plain file"}.`);
  const probe = join(folder, `.nabla-${process.pid}.tmp`);
  try {
    await (await open(probe, "w")).close();
    await rm(probe);
  } catch (error) {
    throw fileError("write into the folder", folder, error);
  }
  return file;
}
