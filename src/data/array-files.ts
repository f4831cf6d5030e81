// Arrays in files of NumPy and of MNIST.
import type { HostArray } from "../host-array.ts";
import { writeFileAtomic } from "../io/files.ts";
import { decodeIdx } from "../io/idx.ts";
import { decodeNpy, encodeNpy, type NpyOptions } from "../io/npy.ts";
import type { FileSource } from "../io/opened-file.ts";
import { readWhole } from "../io/whole-file.ts";

const maxBytes = 2 ** 31 - 1;
// A page that needs no archives does not load the code for them.
const npz = () => import("../formats/npz.ts");

/**
 * The array in a file of NumPy's `numpy.save`, as {@link decodeNpy} reads it; `tensor` and `Dataset.from` take it.
 * `source` is a path, in a page an address, else a URL, a `File` or bytes. int64 and uint64 become int32, and a number
 * beyond its range is refused; `dtype: "float64"` takes it.
 *
 * @throws FileError for a file that is missing, damaged, of another kind or dtype, or larger than 2 GiB
 *
 * @example
 * await saveNpy("pair.npy", { data: Float32Array.of(1, 2), shape: [2, 1], dtype: "float32" });
 * await tensor(await readNpy("pair.npy")).array(); // [[1], [2]]
 */
export async function readNpy(source: FileSource, options: NpyOptions = {}): Promise<HostArray> {
  const { name, bytes } = await readWhole(source, maxBytes);
  return decodeNpy(bytes, name, options);
}

/**
 * The arrays in a file of NumPy's `numpy.savez` or `numpy.savez_compressed`, by name; as {@link readNpy} otherwise.
 *
 * @throws FileError for a file that is missing, damaged, of another kind or dtype, or unpacks to more than 2 GiB
 *
 * @example
 * await saveNpz("arrays.npz", { x: { data: Int32Array.of(1, 2), shape: [2], dtype: "int32" } });
 * const { x } = await readNpz("arrays.npz");
 * x.data; // [1, 2]
 */
export async function readNpz(source: FileSource, options: NpyOptions = {}): Promise<Record<string, HostArray>> {
  const { name, bytes } = await readWhole(source, maxBytes);
  return (await npz()).decodeNpz(bytes, name, options);
}

/**
 * Writes an array to a file that NumPy's `numpy.load` reads, in one piece.
 *
 * @throws FileError if it cannot be written; ArgumentError for what is no array
 *
 * @example
 * await saveNpy("three.npy", { data: Uint8Array.of(1, 2, 3), shape: [3], dtype: "uint8" });
 */
export async function saveNpy(path: string, array: HostArray): Promise<void> {
  await writeFileAtomic(path, encodeNpy(array));
}

/**
 * Writes arrays by name to a file that NumPy's `numpy.load` reads, in one piece and without compression.
 *
 * @throws FileError if it cannot be written; ArgumentError for what are no arrays
 *
 * @example
 * const zeros = { data: new Float32Array(4), shape: [2, 2], dtype: "float32" };
 * await saveNpz("model.npz", { kernel: zeros, recurrent: zeros });
 */
export async function saveNpz(path: string, arrays: Readonly<Record<string, HostArray>>): Promise<void> {
  await writeFileAtomic(path, (await npz()).encodeNpz(arrays));
}

/**
 * The array in an IDX file, the format of MNIST's files, gzipped or not. uint8, int32, float32 and float64 keep their
 * dtype; int8 and int16 become int32. `source` is as for {@link readNpy}.
 *
 * @throws FileError for a file that is missing, damaged, of another kind or larger than 2 GiB
 *
 * @example
 * const images = await readIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 5, 6));
 * images.data; // [5, 6]
 */
export async function readIdx(source: FileSource): Promise<HostArray> {
  const { name, bytes } = await readWhole(source, maxBytes);
  return decodeIdx(bytes, name);
}
