// Named tensors in a file of their own: safetensors, as every framework reads them.
import { ArgumentError } from "../errors.ts";
import { fromTyped, type HostArray } from "../host-array.ts";
import { checkOptions, describe } from "../options.ts";
import { Tensor, tensor } from "../tensor.ts";
import { Variable } from "../variable.ts";
import { checkStorage, narrow, type StorageOptions } from "./narrow.ts";

// A page that needs no files does not load the code for them.
const formats = () => Promise.all([import("./safetensors.ts"), import("./files.ts")]);

/**
 * Writes named tensors or variables to a safetensors file, in one piece. With `dtype: "float16"` or `"bfloat16"` floats
 * take 16 bits in the file, rounded to the nearest.
 *
 * @throws FileError if it cannot be written; ArgumentError for anything but tensors and variables, and for a number
 *   beyond the range of float16, which ends at 65,504
 * @example
 * const w = variable([1, 2], { name: "w" });
 * await saveTensors("weights.safetensors", { w, b: tensor(3) });
 */
export async function saveTensors(
  path: string,
  tensors: Readonly<Record<string, Tensor | Variable>>,
  options: StorageOptions = {},
): Promise<void> {
  checkOptions("saveTensors", tensors, Object.keys(tensors ?? {}));
  const dtype = checkStorage("saveTensors", options);
  const arrays: Record<string, HostArray> = {};
  for (const [name, value] of Object.entries(tensors)) {
    if (!(value instanceof Tensor) && !(value instanceof Variable))
      throw new ArgumentError(`saveTensors: ${name}: expected a tensor or a variable, got ${describe(value)}.`);
    const array = fromTyped((await value.data()).slice(), value.shape, value.dtype);
    arrays[name] = dtype === "float32" ? array : narrow(array, dtype, `saveTensors: ${name}`);
  }
  const [{ encodeSafetensors }, { writeFileAtomic }] = await formats();
  await writeFileAtomic(path, encodeSafetensors(arrays, {}));
}

/**
 * Reads the named tensors of a safetensors file. Variables take them by `assign`. Floats of 16 bits become float32,
 * which holds them exactly.
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
