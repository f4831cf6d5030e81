// WebP images: lossless, lossy, with opacity and orientation, and refusals.
import { describe, expect, test } from "vitest";
import { FileError } from "../src/errors.ts";
import { decodeImage } from "../src/formats/image.ts";
import { encodeWebp, riffChunk } from "./webp-files.ts";

const [width, height] = [13, 7];
const colours = Uint8Array.from({ length: width * height * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * 7) % 256));
const withoutOpacity = (rgba: Uint8Array): Uint8Array => rgba.filter((_, i) => i % 4 < 3);

/** A file in the extended form: the picture's chunk between a header and Exif data. */
function extended(file: Uint8Array, ...more: readonly Uint8Array[]): Uint8Array {
  const header = Buffer.alloc(10);
  header.writeUInt8(0x08);
  header.writeUIntLE(width - 1, 4, 3);
  header.writeUIntLE(height - 1, 7, 3);
  const body = Buffer.concat([Buffer.from("WEBP"), riffChunk("VP8X", header), file.subarray(12), ...more]);
  return new Uint8Array(riffChunk("RIFF", body));
}

function exif(orientation: number, prefix = ""): Uint8Array {
  const tiff = Buffer.from("II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0", "latin1");
  tiff.writeUInt16LE(orientation, 18);
  return riffChunk("EXIF", Buffer.concat([Buffer.from(prefix, "latin1"), tiff]));
}

describe("decodeImage", () => {
  test("reads a lossless WebP exactly", async () => {
    const file = await encodeWebp({ width, height, data: colours }, { lossless: 1 });
    const data = withoutOpacity(colours);
    expect(await decodeImage(file, "x")).toEqual({ width, height, channels: 3, data, opacity: undefined });
    // The bytes may lie in the middle of a larger buffer.
    const larger = new Uint8Array(file.length + 40).fill(7);
    larger.set(file, 20);
    expect((await decodeImage(larger.subarray(20, 20 + file.length), "x")).data).toEqual(data);
  });

  test("reads opacity", async () => {
    const clear = colours.map((v, i) => (i % 4 === 3 ? i : v));
    const read = await decodeImage(await encodeWebp({ width, height, data: clear }, { lossless: 1 }), "x");
    expect(read.data).toEqual(withoutOpacity(clear));
    expect(read.opacity).toEqual(clear.filter((_, i) => i % 4 === 3));
  });

  test("reads a lossy WebP, nearly", async () => {
    const smooth = colours.map((_, i) => (i % 4 === 3 ? 255 : 100 + 8 * (Math.floor(i / 4) % width)));
    const read = await decodeImage(await encodeWebp({ width, height, data: smooth }, { quality: 95 }), "x");
    const wanted = withoutOpacity(smooth);
    expect(read.data.length).toBe(wanted.length);
    expect(Math.max(...read.data.map((v, i) => Math.abs(v - wanted[i]!)))).toBeLessThan(8);
    expect(read.opacity).toBeUndefined();
  });

  test.each(["", "Exif\0\0"])("turns a picture upright by its Exif data, prefix %j", async (prefix) => {
    const file = await encodeWebp({ width, height, data: colours }, { lossless: 1 });
    const upright = await decodeImage(extended(file, exif(1, prefix)), "x");
    expect(upright.data).toEqual(withoutOpacity(colours));
    // Orientation 6: the camera was turned; what is stored on the left is the top.
    const turned = await decodeImage(extended(file, exif(6, prefix)), "x");
    expect([turned.width, turned.height]).toEqual([height, width]);
    const topLeft = turned.data.subarray(0, 3);
    const storedBottomLeft = upright.data.subarray((height - 1) * width * 3, (height - 1) * width * 3 + 3);
    expect(topLeft).toEqual(storedBottomLeft);
  });

  test.each<[string, (file: Uint8Array) => Uint8Array, RegExp]>([
    ["an animation", (file) => extended(file, riffChunk("ANIM", new Uint8Array(6))), /it is an animation, and only/],
    ["a file without a picture", (file) => extended(file.subarray(0, 12)), /has no picture in it/],
    ["half a file", (file) => file.subarray(0, file.length >> 1), /the file is cut short/],
    ["a picture of 16384 × 16384", (file) => withBits(file, 0xfffffff), /it is 16384 × 16384 pixels; at most 13 mega/],
    ["a picture that claims more pixels", (file) => withBits(file, 500 | (500 << 14)), /pixel data are damaged/],
  ])("refuses %s in one sentence that names the file", async (_, change, message) => {
    const file = await encodeWebp({ width, height, data: colours }, { lossless: 1 });
    const read = decodeImage(change(file), "dir/a.webp");
    await expect(read).rejects.toThrow(FileError);
    await expect(read).rejects.toThrow(message);
    await expect(read).rejects.toThrow(/^"dir\/a\.webp" [^\n]*\.$/);
  });
});

/** A lossless file whose header states another size, as 14 bits for the width and for the height, less one. */
function withBits(file: Uint8Array, size: number): Uint8Array {
  const changed = Buffer.from(file);
  changed.writeUInt32LE(((changed.readUInt32LE(21) & 0xf0000000) | size) >>> 0, 21);
  return new Uint8Array(changed);
}
