// Named tensors in a file of their own: safetensors, as every framework reads them.
import { ArgumentError } from "../errors.ts";
import type { HostArray } from "../host-array.ts";
import { checkOptions, describe } from "../options.ts";
import { Tensor, tensor } from "../tensor.ts";
import { Variable } from "../variable.ts";

// A page that needs no files does not load the code for them.
const formats = () => Promise.all([import("./safetensors.ts"), import("./files.ts")]);

/**
 * Writes named tensors or variables to a safetensors file, in one piece.
 *
 * @throws FileError if it cannot be written; ArgumentError for anything but tensors and variables
 * @example
 * const w = variable([1, 2], { name: "w" });
 * await saveTensors("weights.safetensors", { w, b: tensor(3) });
 */
export async function saveTensors(path: string, tensors: Readonly<Record<string, Tensor | Variable>>): Promise<void> {
  checkOptions("saveTensors", tensors, Object.keys(tensors ?? {}));
  const arrays: Record<string, HostArray> = {};
  for (const [name, value] of Object.entries(tensors)) {
    if (!(value instanceof Tensor) && !(value instanceof Variable))
      throw new ArgumentError(`saveTensors: ${name}: expected a tensor or a variable, got ${describe(value)}.`);
    arrays[name] = { data: (await value.data()).slice(), shape: value.shape, dtype: value.dtype };
  }
  const [{ encodeSafetensors }, { writeFileAtomic }] = await formats();
  await writeFileAtomic(path, encodeSafetensors(arrays, {}));
}

/**
 * Reads the named tensors of a safetensors file. Variables take them by `assign`.
 *
 * @throws FileError if the file is missing, damaged or of another kind
 * @example
 * await saveTensors("pair.safetensors", { w: tensor([1, 2]) });
 * const { w } = await loadTensors("pair.safetensors");
 * await w.array(); // [1, 2]
 */
export async function loadTensors(path: string): Promise<Record<string, Tensor>> {
  const [{ decodeSafetensors }, { readFile }] = await formats();
  const { tensors } = decodeSafetensors(await readFile(path), path);
  return Object.fromEntries([...tensors].map(([name, value]) => [name, tensor(value)]));
}
