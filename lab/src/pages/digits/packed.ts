// Reads the digits from the file into which the build packs them.

/** The name of the file beside the page. */
export const digitsFile = "digits.bin";

/** The numbers of an image. */
export const pixelsPerDigit = 28 * 28;

export interface Examples {
  /** 784 greys of each image, one image after the other. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly labels: Uint8Array<ArrayBuffer>;
}

export interface PackedDigits {
  readonly train: Examples;
  readonly test: Examples;
}

/** Reads the file's bytes, compressed by gzip or, where the host has done that already, plain. */
export async function unpackDigits(file: ArrayBuffer): Promise<PackedDigits> {
  const start = new Uint8Array(file, 0, Math.min(2, file.byteLength));
  const isCompressed = start[0] === 0x1f && start[1] === 0x8b;
  const bytes = isCompressed
    ? await new Response(new Response(file).body!.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer()
    : file;
  const counts = new Uint32Array(bytes, 0, Math.min(2, Math.floor(bytes.byteLength / 4)));
  const [trainCount = 0, testCount = 0] = counts;
  if (bytes.byteLength !== 8 + (trainCount + testCount) * (pixelsPerDigit + 1))
    throw new Error(`Expected ${trainCount + testCount} digits in ${digitsFile}, got ${bytes.byteLength} bytes.`);
  let at = 8;
  const take = (length: number): Uint8Array<ArrayBuffer> => {
    const part = new Uint8Array(bytes, at, length);
    at += length;
    return part;
  };
  const examples = (count: number): Examples => ({ pixels: take(count * pixelsPerDigit), labels: take(count) });
  return { train: examples(trainCount), test: examples(testCount) };
}
