// Writes a held-out example as a picture, so that a newcomer can try the trained model on it.
import { encode } from "fast-png";
import type { Dataset } from "../data/dataset.ts";
import { writeFileAtomic } from "../io/files.ts";

/** Writes the first example as a gray PNG. Returns false if the examples are not gray images of bytes. */
export async function writeExampleImage(
  { inputs: { array }, inputShape, size }: Dataset,
  file: string,
): Promise<boolean> {
  const [height, width, channels = 1, ...rest] = inputShape;
  const isGray = height !== undefined && width !== undefined && channels === 1 && rest.length === 0;
  if (array.dtype !== "uint8" || !isGray || size === 0) return false;
  const data = array.data.slice(0, height * width) as Uint8Array;
  await writeFileAtomic(file, encode({ width, height, data, depth: 8, channels: 1 }));
  return true;
}
