// Pictures in a page without a network: an input of a network as a data address of a BMP, which every browser draws.
import type { Column } from "../../data/dataset.ts";

const headBytes = 54;

/**
 * The address of a picture: an image `[1, height, width, channels]` as it is, or a spectrum `[1, frames, bands, 1]` of
 * levels from −2 to 2 with time to the right and high tones at the top.
 */
export function pictureAddress({ array: { data, shape } }: Column, isSound: boolean): string {
  const [, rows = 1, columns = 1, channels = 1] = shape;
  const [height, width] = isSound ? [columns, rows] : [rows, columns];
  const stride = 4 * Math.ceil((3 * width) / 4);
  const bytes = new Uint8Array(headBytes + stride * height);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, headBytes, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  // Rows come from the bottom up, and blue before green before red.
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) {
        const at = headBytes + y * stride + 3 * x + c;
        if (isSound) bytes[at] = Math.max(0, Math.min(255, 63.75 * (data[x * columns + y]! + 2)));
        else bytes[at] = data[((height - 1 - y) * width + x) * channels + (channels === 3 ? 2 - c : 0)]!;
      }
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return `data:image/bmp;base64,${btoa(text)}`;
}
