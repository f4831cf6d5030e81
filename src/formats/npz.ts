// NumPy's format for several arrays, .npz: a ZIP archive of NPY files.
import { ArgumentError } from "../errors.ts";
import type { HostArray } from "../host-array.ts";
import { decodeNpy, encodeNpy, type NpyOptions } from "../io/npy.ts";
import { describe } from "../options.ts";
import { readZip, writeZip } from "./zip.ts";

/**
 * The arrays of an NPZ file by name, as `numpy.savez` and `numpy.savez_compressed` write them. `source` names the file
 * in errors. Dtypes are those of {@link decodeNpy}.
 *
 * @throws FileError for an archive or an array that is damaged, of another kind, or of more than 2 GiB
 *
 * @example
 * const bytes = encodeNpz({ x: { data: Float32Array.of(1, 2), shape: [2], dtype: "float32" } });
 * Object.keys(decodeNpz(bytes, "arrays.npz")); // ["x"]
 */
export function decodeNpz(bytes: Uint8Array, source: string, options: NpyOptions = {}): Record<string, HostArray> {
  const arrays = readZip(bytes, source).map(
    ({ name, read }) => [name.replace(/\.npy$/, ""), decodeNpy(read(), `${source}/${name}`, options)] as const,
  );
  return Object.fromEntries(arrays);
}

/**
 * The bytes of an NPZ file of these arrays, which NumPy's `numpy.load` reads; nothing is compressed.
 *
 * @throws ArgumentError for what is no object of arrays, or whose numbers do not fit their shape
 *
 * @example
 * const pair = { data: Int32Array.of(1, 2), shape: [2], dtype: "int32" };
 * decodeNpz(encodeNpz({ pair }), "pair.npz")["pair"].data; // [1, 2]
 */
export function encodeNpz(arrays: Readonly<Record<string, HostArray>>): Uint8Array {
  if (typeof arrays !== "object" || arrays === null || Array.isArray(arrays))
    throw new ArgumentError(`encodeNpz: expected an object of arrays by name, got ${describe(arrays)}.`);
  return writeZip(Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${name}.npy`, encodeNpy(array)])));
}
