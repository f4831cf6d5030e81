// Makes WebP files for tests.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import encode, { init } from "@jsquash/webp/encode.js";

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and opacity of each pixel. */
  readonly data: ArrayLike<number>;
}

let ready: Promise<unknown> | undefined;

/** Encodes a picture; `options` are those of libwebp. */
export async function encodeWebp({ width, height, data }: Pixels, options: object): Promise<Uint8Array> {
  const wasm = createRequire(import.meta.url).resolve("@jsquash/webp/codec/enc/webp_enc.wasm");
  ready ??= WebAssembly.compile(readFileSync(wasm)).then((module) => init(module));
  await ready;
  const image = { width, height, data: Uint8ClampedArray.from(data), colorSpace: "srgb" } as const;
  return new Uint8Array(await encode(image, { exact: 1, ...options }));
}

/** A chunk of a RIFF file: its name, the length of its data, the data, and a byte if their length is odd. */
export function riffChunk(name: string, data: Uint8Array): Uint8Array {
  const out = Buffer.alloc(8 + data.length + (data.length % 2));
  out.write(name, "latin1");
  out.writeUInt32LE(data.length, 4);
  out.set(data, 8);
  return out;
}
