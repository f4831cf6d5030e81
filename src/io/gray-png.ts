// Writes gray pictures as PNG files, with the zlib of Node.
import { nodeModule } from "./node-modules.ts";
import { joinBytes } from "./protobuf.ts";

/** A PNG of 8 bits a pixel from its pixels, row by row. */
export function encodeGrayPng(pixels: Uint8Array, width: number, height: number): Uint8Array<ArrayBuffer> {
  const { crc32, deflateSync } = nodeModule("node:zlib", "writing a PNG");
  const chunk = (type: string, data: Uint8Array): Uint8Array => {
    const whole = new Uint8Array(12 + data.length);
    const view = new DataView(whole.buffer);
    view.setUint32(0, data.length);
    whole.set(new TextEncoder().encode(type), 4);
    whole.set(data, 8);
    view.setUint32(8 + data.length, crc32(whole.subarray(4, 8 + data.length)));
    return whole;
  };
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8;
  // Each row begins with the number of its filter: 0, none.
  const rows = new Uint8Array(height * (width + 1));
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return joinBytes([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", new Uint8Array()),
  ]);
}
