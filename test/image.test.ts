// Pictures of digits: every kind of PNG and JPEG, MNIST's form, and firm against files that are no image.
import fs from "node:fs";
import path from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { encode as encodePng } from "fast-png";
import { encode as encodeJpeg } from "jpeg-js";
import { describe, expect, test } from "vitest";
import { digitFromImage } from "../src/cli/digit.ts";
import { FileError } from "../src/errors.ts";
import { decodeImage } from "../src/formats/image.ts";
import { brightnessOf, type Picture } from "../src/formats/picture.ts";
import { decodeIdx } from "../src/io/idx.ts";

interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly ink: (x: number, y: number) => number;
}

/** An upright bar: 4 wide and 12 high, in a field of 40 × 50. */
const bar: Drawing = { width: 40, height: 50, ink: (x, y) => (x >= 5 && x < 9 && y >= 30 && y < 42 ? 255 : 0) };
/** A "7", which is no mirror image of itself. */
const seven: Drawing = {
  width: 60,
  height: 60,
  ink: (x, y) => ((y >= 10 && y < 16 && x >= 20 && x < 44) || (x >= 38 && x < 44 && y >= 10 && y < 50) ? 255 : 0),
};

const pixels = ({ width, height, ink }: Drawing, ...channels: ((ink: number) => number)[]): Uint8Array =>
  Uint8Array.from({ length: width * height * channels.length }, (_, i) => {
    const at = Math.floor(i / channels.length);
    return channels[i % channels.length]!(ink(at % width, Math.floor(at / width)));
  });
const same = (ink: number): number => ink;
const inverse = (ink: number): number => 255 - ink;
const png = (drawing: Drawing, ...channels: ((ink: number) => number)[]): Uint8Array =>
  encodePng({
    width: drawing.width,
    height: drawing.height,
    data: pixels(drawing, ...channels),
    channels: channels.length,
  });
const jpeg = (drawing: Drawing, of = inverse): Uint8Array =>
  encodeJpeg({ width: drawing.width, height: drawing.height, data: pixels(drawing, of, of, of, () => 255) }, 95).data;

function chunk(type: string, data: Uint8Array | number[]): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), Uint8Array.from(data)]);
  const frame = Buffer.alloc(8 + body.length);
  frame.writeUInt32BE(body.length - 4);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), 4 + body.length);
  return frame;
}
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
function header(width: number, height: number, depth: number, colourType: number, interlaced = 0): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width);
  data.writeUInt32BE(height, 4);
  data.set([depth, colourType, 0, 0, interlaced], 8);
  return chunk("IHDR", data);
}
const rawPng = (...chunks: Buffer[]): Uint8Array =>
  new Uint8Array(Buffer.concat([signature, ...chunks, chunk("IEND", [])]));

/** Rows of `depth` bits a sample, each after its filter byte 0. */
const packedRows = (drawing: Drawing, depth: number, sample: (ink: number) => number): Uint8Array =>
  deflateSync(Uint8Array.from(unpackedRows(drawing, depth, sample)));

/** The seven passes of Adam7, as figure 8.1 of the PNG specification has them: the number of each pixel's pass. */
const adam7 = ["16462646", "77777777", "56565656", "77777777", "36463646", "77777777", "56565656", "77777777"];

/** The rows of an interlaced picture, pass after pass. */
function interlacedRows({ width, height, ink }: Drawing, depth: number): Uint8Array {
  const rows: number[] = [];
  for (let pass = 1; pass <= 7; pass++) {
    for (let y = 0; y < height; y++) {
      const row = Array.from({ length: width }, (_, x) => x).filter((x) => adam7[y % 8]![x % 8] === `${pass}`);
      if (row.length > 0)
        rows.push(...unpackedRows({ width: row.length, height: 1, ink: (i) => ink(row[i]!, y) }, depth, same));
    }
  }
  return deflateSync(Uint8Array.from(rows));
}

function unpackedRows({ width, height, ink }: Drawing, depth: number, sample: (ink: number) => number): number[] {
  const rows: number[] = [];
  for (let y = 0; y < height; y++) {
    const row = new Uint8Array(Math.ceil((width * depth) / 8));
    for (let x = 0; x < width; x++) row[(x * depth) >> 3]! |= sample(ink(x, y)) << (8 - depth - ((x * depth) & 7));
    rows.push(0, ...row);
  }
  return rows;
}

/** A JPEG with the simplest of tables, right or wrong, all of whose coefficients are 0. */
function rawJpeg(claims: {
  width?: number;
  height?: number;
  channels?: number;
  depth?: number;
  marker?: number;
  frames?: number;
  scans?: number;
  factor?: number;
  /** The number of blocks, each followed by a restart marker but the last. Default: no markers. */
  blocks?: number;
}): Uint8Array {
  const {
    width = 40,
    height = 40,
    channels = 1,
    depth = 8,
    marker = 0xc0,
    frames = 1,
    scans = 1,
    factor = 0x11,
    blocks = 0,
  } = claims;
  const segment = (type: number, data: number[]): number[] => [
    ...[0xff, type, (data.length + 2) >> 8, (data.length + 2) & 255],
    ...data,
  ];
  const ids = Array.from({ length: channels }, (_, i) => i + 1);
  const size = [height >> 8, height & 255, width >> 8, width & 255];
  const oneCode = [1, ...new Array<number>(15).fill(0), 0];
  const frame = segment(marker, [depth, ...size, channels, ...ids.flatMap((id) => [id, factor, 0])]);
  // A block is two bits; the rest of its byte is filled with ones.
  const restarts = Array.from({ length: blocks }, (_, i) => [0x3f, 0xff, 0xd0 + (i % 8)]).flat();
  const data = blocks > 0 ? restarts.slice(0, -2) : new Array<number>(1000).fill(0);
  const scan = [...segment(0xda, [channels, ...ids.flatMap((id) => [id, 0]), 0, 63, 0]), ...data];
  return Uint8Array.from([
    ...[0xff, 0xd8],
    ...segment(0xdb, [0, ...new Array<number>(64).fill(1)]),
    ...new Array(frames).fill(frame).flat(),
    ...segment(0xc4, [0, ...oneCode]),
    ...segment(0xc4, [0x10, ...oneCode]),
    ...(blocks > 0 ? segment(0xdd, [0, 1]) : []),
    ...new Array(scans).fill(scan).flat(),
    ...[0xff, 0xd9],
  ]);
}

/** A decoded picture with the brightness of its pixels. */
async function decoded(bytes: Uint8Array, source: string): Promise<Picture & { readonly brightness: Uint8Array }> {
  const read = await decodeImage(bytes, source);
  return { ...read, brightness: brightnessOf(read) };
}

const expected = async (drawing: Drawing): Promise<Uint8Array> =>
  (await digitFromImage(png(drawing, same), "white on black")).data as Uint8Array;
const picture = (data: ArrayLike<number>): string =>
  Array.from({ length: 28 }, (_, y) =>
    Array.from({ length: 28 }, (_, x) => (data[y * 28 + x]! > 127 ? "#" : ".")).join(""),
  ).join("\n");

describe("decodeImage", () => {
  const gray = async (bytes: Uint8Array): Promise<number[]> => [...(await decoded(bytes, "x")).brightness];
  const ramp: Drawing = { width: 7, height: 3, ink: (x, y) => (x + 7 * y) * 12 };

  test("reads a JPEG with all eight restart markers, again and again", async () => {
    expect(await gray(rawJpeg({ width: 40, height: 40, blocks: 25 }))).toEqual(new Array(1600).fill(128));
  });

  test("reads gray, colour and alpha", async () => {
    expect(await decoded(png(ramp, same), "x")).toEqual({
      width: 7,
      height: 3,
      ...{ channels: 1, opacity: undefined },
      data: pixels(ramp, same),
      brightness: pixels(ramp, same),
    });
    expect((await decoded(png(ramp, same, inverse), "x")).opacity).toEqual(pixels(ramp, inverse));
    expect(await gray(png(ramp, same, same, same))).toEqual([...pixels(ramp, same)]);
    expect(
      await gray(
        png(
          { width: 3, height: 1, ink: same },
          (x) => (x === 0 ? 255 : 0),
          (x) => (x === 1 ? 255 : 0),
          (x) => (x === 2 ? 255 : 0),
        ),
      ),
    ).toEqual([76, 150, 29]);
    // Colours stay apart: each pixel's red, green and blue are side by side.
    const colours = await decoded(
      png(ramp, same, inverse, () => 7),
      "x",
    );
    expect([colours.channels, ...colours.data]).toEqual([3, ...pixels(ramp, same, inverse, () => 7)]);
    const clear = await decoded(png(ramp, same, same, same, inverse), "x");
    expect(clear.brightness).toEqual(pixels(ramp, same));
    expect(clear.opacity).toEqual(pixels(ramp, inverse));
  });

  test.each([1, 2, 4, 8])("reads gray of %i bits", async (depth) => {
    const most = 2 ** depth - 1;
    const bytes = rawPng(
      header(7, 3, depth, 0),
      chunk(
        "IDAT",
        packedRows(ramp, depth, (ink) => Math.round((ink / 255) * most)),
      ),
    );
    expect(await gray(bytes)).toEqual([
      ...pixels(ramp, (ink) => Math.round((Math.round((ink / 255) * most) * 255) / most)),
    ]);
  });

  test("reads 16 bits, interlaced or not", async () => {
    const data = Uint16Array.from(pixels(ramp, same), (v) => v * 257);
    for (const interlace of ["null", "Adam7"] as const) {
      expect(await gray(encodePng({ width: 7, height: 3, data, channels: 1, depth: 16 }, { interlace }))).toEqual([
        ...pixels(ramp, same),
      ]);
    }
  });

  test("reads interlaced files, small ones too", async () => {
    for (let width = 1; width < 10; width++) {
      for (let height = 1; height < 10; height++) {
        const drawing: Drawing = { width, height, ink: (x, y) => x * 20 + y };
        const data = pixels(drawing, same);
        expect(await gray(encodePng({ width, height, data, channels: 1 }, { interlace: "Adam7" }))).toEqual([...data]);
      }
    }
  });

  test.each([1, 2, 4])(
    "reads interlaced gray of %i bits, of every size and with a transparent shade",
    async (depth) => {
      const most = 2 ** depth - 1;
      for (let width = 1; width < 20; width++) {
        for (let height = 1; height < 10; height++) {
          const drawing: Drawing = { width, height, ink: (x, y) => (x * 3 + y * 5 + ((x * y) >> 2)) & most };
          const data = chunk("IDAT", interlacedRows(drawing, depth));
          const bytes = rawPng(header(width, height, depth, 0, 1), chunk("tRNS", [0, 1]), data);
          const read = await decoded(bytes, "x");
          expect([...read.brightness]).toEqual([...pixels(drawing, (ink) => Math.round((ink * 255) / most))]);
          expect([...read.opacity!]).toEqual([...pixels(drawing, (ink) => (ink === 1 ? 0 : 255))]);
        }
      }
    },
  );

  test.each([1, 2, 4])("reads an interlaced palette of %i bits", async (depth) => {
    const drawing: Drawing = { width: 11, height: 9, ink: (x, y) => (x * y + x) & 1 };
    const start = [header(11, 9, depth, 3, 1), chunk("PLTE", [10, 10, 10, 200, 200, 200]), chunk("tRNS", [77])];
    const read = await decoded(rawPng(...start, chunk("IDAT", interlacedRows(drawing, depth))), "x");
    expect([...read.brightness]).toEqual([...pixels(drawing, (index) => (index ? 200 : 10))]);
    expect([...read.opacity!]).toEqual([...pixels(drawing, (index) => (index ? 255 : 77))]);
  });

  test.each([1, 2, 4, 8])("reads a palette of %i bits, with and without transparency", async (depth) => {
    const index = (ink: number): number => (ink > 100 ? 1 : 0);
    const start = [header(7, 3, depth, 3), chunk("PLTE", [10, 10, 10, 200, 200, 200])];
    const data = chunk("IDAT", packedRows(ramp, depth, index));
    expect(await gray(rawPng(...start, data))).toEqual([...pixels(ramp, (ink) => (index(ink) ? 200 : 10))]);
    const clear = await decoded(rawPng(...start, chunk("tRNS", [77]), data), "x");
    expect([...clear.opacity!]).toEqual([...pixels(ramp, (ink) => (index(ink) ? 255 : 77))]);
  });

  test.each([1, 2, 4])("reads the one transparent shade of gray of %i bits", async (depth) => {
    const most = 2 ** depth - 1;
    const sample = (ink: number): number => Math.round((ink / 255) * most);
    const clear = sample(ramp.ink(3, 1));
    const data = chunk("IDAT", packedRows(ramp, depth, sample));
    const read = await decoded(rawPng(header(7, 3, depth, 0), chunk("tRNS", [0, clear]), data), "x");
    expect([...read.opacity!]).toEqual([...pixels(ramp, (ink) => (sample(ink) === clear ? 0 : 255))]);
    expect([...read.brightness]).toEqual([...pixels(ramp, (ink) => Math.round((sample(ink) * 255) / most))]);
  });

  test.each([1, 2, 4, 8])("reads the opacity of every colour of a palette of %i bits", async (depth) => {
    const colours = 2 ** Math.min(depth, 3);
    const index = (ink: number): number => (ink / 12) % colours;
    const palette = Array.from({ length: colours }, (_, i) => [i, i, i]).flat();
    const opacities = Array.from({ length: colours }, (_, i) => 250 - 30 * i);
    const data = chunk("IDAT", packedRows(ramp, depth, index));
    const start = [header(7, 3, depth, 3), chunk("PLTE", palette), chunk("tRNS", opacities)];
    const read = await decoded(rawPng(...start, data), "x");
    expect([...read.brightness]).toEqual([...pixels(ramp, index)]);
    expect([...read.opacity!]).toEqual([...pixels(ramp, (ink) => opacities[index(ink)]!)]);
  });

  test("reads 16 bits with alpha, in colour and with one transparent shade, each from its high byte", async () => {
    const data = Uint16Array.from(pixels(ramp, same, inverse), (v) => v * 257);
    const alpha = await decoded(encodePng({ width: 7, height: 3, data, channels: 2, depth: 16 }), "x");
    expect([...alpha.brightness]).toEqual([...pixels(ramp, same)]);
    expect([...alpha.opacity!]).toEqual([...pixels(ramp, inverse)]);
    // 0x1234, 0x1235, 0x8000: the transparent shade is held to all sixteen bits.
    const row = deflateSync(Uint8Array.from([0, 0x12, 0x34, 0x12, 0x35, 0x80, 0]));
    const read = await decoded(rawPng(header(3, 1, 16, 0), chunk("tRNS", [0x12, 0x34]), chunk("IDAT", row)), "x");
    expect([...read.brightness]).toEqual([0x12, 0x12, 0x80]);
    expect([...read.opacity!]).toEqual([0, 255, 255]);
  });

  test("reads the one transparent colour of a gray or colour file, and a palette that only suggests", async () => {
    const data = chunk("IDAT", packedRows(ramp, 8, same));
    const gray = await decoded(rawPng(header(7, 3, 8, 0), chunk("tRNS", [0, 24]), data), "x");
    expect([...gray.opacity!]).toEqual([...pixels(ramp, (ink) => (ink === 24 ? 0 : 255))]);
    const row = deflateSync(Uint8Array.from([0, 1, 2, 3, 1, 2, 4, 3, 2, 1]));
    const colour = await decoded(
      rawPng(header(3, 1, 8, 2), chunk("PLTE", [9, 9, 9]), chunk("tRNS", [0, 1, 0, 2, 0, 3]), chunk("IDAT", row)),
      "x",
    );
    expect([...colour.brightness]).toEqual([2, 2, 2]);
    expect([...colour.opacity!]).toEqual([0, 255, 255]);
  });

  test("reads JPEG, gray as good as the compression", async () => {
    const read = await decoded(jpeg({ width: 32, height: 24, ink: (x) => x * 8 }), "x");
    expect([read.width, read.height]).toEqual([32, 24]);
    read.brightness.forEach((v, i) => expect(Math.abs(v - (255 - (i % 32) * 8))).toBeLessThan(8));
  });

  test.each([
    [1, "II"],
    [2, "II"],
    [3, "MM"],
    [4, "II"],
    [5, "II"],
    [6, "MM"],
    [7, "II"],
    [8, "II"],
    [6, "II"],
  ] as const)("turns a JPEG of Exif orientation %i (%s) upright", async (orientation, order) => {
    // Store the 7 as a camera would that was held so, by the definition of each orientation:
    // where the 0th row and the 0th column of the stored picture lie in the upright one.
    const upright: Drawing = { ...seven, width: 104, height: 72 };
    const [right, bottom] = [upright.width - 1, upright.height - 1];
    const stored = {
      1: seven.ink,
      2: (x: number, y: number) => seven.ink(right - x, y), // row 0 top, column 0 right
      3: (x: number, y: number) => seven.ink(right - x, bottom - y), // row 0 bottom, column 0 right
      4: (x: number, y: number) => seven.ink(x, bottom - y), // row 0 bottom, column 0 left
      5: (x: number, y: number) => seven.ink(y, x), // row 0 left, column 0 top
      6: (x: number, y: number) => seven.ink(right - y, x), // row 0 right, column 0 top
      7: (x: number, y: number) => seven.ink(right - y, bottom - x), // row 0 right, column 0 bottom
      8: (x: number, y: number) => seven.ink(y, bottom - x), // row 0 left, column 0 bottom
    }[orientation];
    const isTurned = orientation >= 5;
    const little = order === "II";
    const tiff = new DataView(new ArrayBuffer(26));
    tiff.setUint16(0, little ? 0x4949 : 0x4d4d);
    tiff.setUint16(2, 42, little);
    tiff.setUint32(4, 8, little);
    tiff.setUint16(8, 1, little);
    tiff.setUint16(10, 0x0112, little);
    tiff.setUint16(12, 3, little);
    tiff.setUint32(14, 1, little);
    tiff.setUint16(18, orientation, little);
    const exif = Buffer.concat([Buffer.from([0xff, 0xe1, 0, 34]), Buffer.from("Exif\0\0"), Buffer.from(tiff.buffer)]);
    const plain = jpeg({ width: isTurned ? 72 : 104, height: isTurned ? 104 : 72, ink: stored });
    const file = Buffer.concat([plain.subarray(0, 2), exif, plain.subarray(2)]);
    const read = await decoded(file, "x");
    expect([read.width, read.height]).toEqual([104, 72]);
    const wanted = pixels(upright, inverse);
    expect(Math.max(...read.brightness.map((v, i) => Math.abs(v - wanted[i]!)))).toBeLessThan(60);
    expect(picture((await digitFromImage(file, "x")).data)).toBe(picture(await expected(seven)));
  });

  const good = png(bar, same);
  const idat = chunk("IDAT", deflateSync(Uint8Array.from([0, 1, 2])));
  const flipped = good.slice();
  flipped[good.length - 30]! ^= 1;
  const broken = /^"dir\/a\.png" cannot be read as an image: [^\n]*\.$/;

  test.each<[string, Uint8Array, RegExp]>([
    [
      "nothing",
      new Uint8Array(0),
      /^"dir\/a\.png" is not an image that Nabla can read: it reads PNG, JPEG and WebP\.$/,
    ],
    ["text", new TextEncoder().encode("I am a picture, honestly"), /is not an image that Nabla can read/],
    ["a GIF", new TextEncoder().encode("GIF89a......"), /is not an image that Nabla can read/],
    ["a PNG signature and nothing more", signature, broken],
    ["a changed byte", flipped, broken],
    ["a missing header", rawPng(idat), /its header is damaged/],
    ["two headers", rawPng(header(2, 1, 8, 0), header(9999, 9999, 8, 0), idat), /its header is damaged/],
    ["no width", rawPng(header(0, 1, 8, 0), idat), /it has no pixels/],
    ["an unknown colour type", rawPng(header(2, 1, 8, 5), idat), /its header is damaged/],
    ["colour of 4 bits", rawPng(header(2, 1, 4, 2), idat), /its header is damaged/],
    [
      "a PNG of 14 megapixels",
      rawPng(header(14_000, 1000, 8, 0), idat),
      /it is 14000 × 1000 pixels; at most 13 megapixels and 16384 pixels a side are read\.$/,
    ],
    [
      "a line of 64 million pixels",
      rawPng(header(64_000_000, 1, 1, 0), chunk("IDAT", deflateSync(new Uint8Array(8_000_001)))),
      /64000000 × 1 pixels/,
    ],
    ["a side of 16,385 pixels", rawPng(header(1, 16_385, 8, 0), idat), /16384 pixels a side/],
    ["a PNG of 2⁶² pixels", rawPng(header(2 ** 31, 2 ** 31, 1, 0), idat), /at most 13 megapixels/],
    [
      "a PNG of 70,000 chunks",
      rawPng(header(2, 1, 8, 0), Buffer.concat(new Array<Buffer>(70_000).fill(chunk("IDAT", [])))),
      /more than 65536 chunks/,
    ],
    ["too little pixel data", rawPng(header(3, 1, 8, 0), idat), /its pixel data are 3 bytes, but its size calls for 4/],
    ["no pixel data", rawPng(header(3, 1, 8, 0)), /its pixel data are damaged/],
    [
      "a bomb of pixel data",
      rawPng(header(2, 1, 8, 0), chunk("IDAT", deflateSync(new Uint8Array(50_000_000)))),
      /its pixel data are longer than the \d+ bytes of its size/,
    ],
    ["no palette", rawPng(header(2, 1, 8, 3), idat), /its palette is missing/],
    ["a palette that is too small", rawPng(header(2, 1, 8, 3), chunk("PLTE", [0, 0, 0]), idat), broken],
    ["a JPEG cut short", jpeg(bar).subarray(0, 300), broken],
    ["a JPEG with no frame", Uint8Array.of(0xff, 0xd8, 0xff, 0xd9), broken],
    [
      "a JPEG of 4295 megapixels",
      rawJpeg({ width: 65_535, height: 65_535 }),
      /it is 65535 × 65535 pixels; at most 13 megapixels/,
    ],
    ["a JPEG without height", rawJpeg({ height: 0 }), /it has no pixels/],
    ["a CMYK JPEG", rawJpeg({ width: 3000, height: 4000, channels: 4 }), /its colours are CMYK.*; save it as RGB/],
    ["a JPEG of two channels", rawJpeg({ channels: 2 }), /it has 2 colour channels, expected 1 or 3/],
    ["a JPEG of 12 bits", rawJpeg({ depth: 12, marker: 0xc1 }), /12 bits per sample, but only 8 can be read/],
    ["a lossless JPEG", rawJpeg({ marker: 0xc3 }), /it is lossless or arithmetic-coded/],
    ["an arithmetic-coded JPEG", rawJpeg({ marker: 0xc9 }), /it is lossless or arithmetic-coded/],
    [
      "a JPEG of fewer bits than blocks",
      rawJpeg({ width: 3000, height: 4000 }),
      /cut short: 1\d\d\d bytes cannot hold 3000 × 4000 pixels/,
    ],
    ["a JPEG of two frames", rawJpeg({ frames: 2 }), /it holds more than one picture/],
    ["a JPEG of 33 scans", rawJpeg({ marker: 0xc2, scans: 33 }), /it has more than 32 scans/],
    ["a JPEG of sampling factor 15", rawJpeg({ factor: 0xff }), /its header is damaged/],
    ["a JPEG without its end", rawJpeg({}).subarray(0, -2), /the file is cut short/],
  ])("refuses %s in one sentence that names the file", async (_, bytes, message) => {
    const read = digitFromImage(bytes, "dir/a.png");
    await expect(read).rejects.toThrow(FileError);
    await expect(read).rejects.toThrow(message);
    await expect(read).rejects.toThrow(/^"dir\/a\.png" [^\n]*\.$/);
  });

  test("throws a FileError or reads, and nothing else, wherever a file is cut or a byte changed", async () => {
    for (const whole of [png(bar, same, inverse), new Uint8Array(jpeg({ ...bar, width: 16, height: 16 }))]) {
      for (let at = 2; at < whole.length; at++) {
        const changed = whole.slice();
        changed[at]! ^= 0x55;
        for (const bytes of [whole.subarray(0, at), changed]) {
          try {
            await decoded(bytes, "x");
          } catch (error) {
            expect(error).toBeInstanceOf(FileError);
          }
        }
      }
    }
  });
});

describe("digitFromImage", () => {
  test("cuts to the digit, makes its longer side 20 and centres it by mass", async () => {
    const { data, shape, dtype } = await digitFromImage(png(bar, same), "x");
    expect([shape, dtype]).toEqual([[28, 28], "uint8"]);
    // 4 × 12 becomes 7 × 20; its middle comes to pixel 14 across, and between pixels, rounded down, along.
    const rows = picture(data).split("\n");
    expect(rows.map((row) => row.includes("#"))).toEqual(Array.from({ length: 28 }, (_, y) => y >= 5 && y < 25));
    expect(rows[14]).toBe(".".repeat(11) + "#".repeat(7) + ".".repeat(10));
    expect(Math.max(...data)).toBe(255);
    expect(data[0]).toBe(0);
  });

  test("moves a digit no further than the edge, where its centre of mass is far from its middle", async () => {
    // A thick bar with one thin line to the right, or to the left.
    const isInk = (x: number, y: number) => (x < 8 && y < 40) || (y === 20 && x < 40);
    const inside = (x: number, y: number) => x >= 0 && y >= 0 && isInk(x, y);
    const flag: Drawing = { width: 60, height: 60, ink: (x, y) => (inside(x - 10, y - 10) ? 255 : 0) };
    const mirrored: Drawing = { ...flag, ink: (x, y) => flag.ink(59 - x, y) };
    const columns = async (drawing: Drawing): Promise<number[]> => {
      const { data } = await digitFromImage(png(drawing, same), "x");
      return Array.from({ length: 28 }, (_, x) => x).filter((x) => data.some((v, i) => i % 28 === x && v > 0));
    };
    expect(await columns(flag)).toEqual(Array.from({ length: 20 }, (_, i) => 8 + i));
    expect(await columns(mirrored)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test.each<[string, Uint8Array]>([
    ["black on white", png(seven, inverse)],
    ["gray on gray", png(seven, (ink) => 160 - ink / 4)],
    [
      "red on yellow",
      png(
        seven,
        () => 255,
        inverse,
        () => 0,
      ),
    ],
    ["black on clear", png(seven, () => 0, same)],
    [
      "white on clear",
      png(
        seven,
        () => 255,
        () => 255,
        () => 255,
        same,
      ),
    ],
    ["black on clear white", png(seven, inverse, inverse, inverse, same)],
    ["a JPEG, dark on light", jpeg(seven)],
    ["a JPEG, light on dark", jpeg(seven, same)],
  ])("gives the same digit for %s", async (_, bytes) => {
    expect(picture((await digitFromImage(bytes, "x")).data)).toBe(picture(await expected(seven)));
  });

  test("does not care for size, place or grain of the paper", async () => {
    const large = {
      width: 900,
      height: 700,
      ink: (x: number, y: number) => seven.ink(Math.floor((x - 400) / 5), Math.floor((y - 100) / 5)),
    };
    expect(picture((await digitFromImage(png(large, inverse), "x")).data)).toBe(picture(await expected(seven)));
    const grainy = { ...large, ink: (x: number, y: number) => Math.max(large.ink(x, y) - 60, (x * 7 + y * 13) % 19) };
    expect(picture((await digitFromImage(png(grainy, inverse), "x")).data)).toBe(picture(await expected(seven)));
  });

  test("takes faint grain between the strokes for paper, and faint marks beside them for no ink", async () => {
    // The contrast is 200: grain of up to 9 % is paper; marks of 20 % are kept, but do not move the digit's edges.
    const clean: Drawing = { ...seven, ink: (x, y) => (seven.ink(x, y) > 0 ? 200 : 0) };
    const grainy: Drawing = { ...seven, ink: (x, y) => (seven.ink(x, y) > 0 ? 200 : (x * 7 + y * 13) % 19) };
    expect((await digitFromImage(png(grainy, same), "x")).data).toEqual(
      (await digitFromImage(png(clean, same), "x")).data,
    );
    const marked: Drawing = { ...seven, ink: (x, y) => (x >= 2 && x < 6 && y === 30 ? 40 : clean.ink(x, y)) };
    expect((await digitFromImage(png(marked, same), "x")).data).toEqual(
      (await digitFromImage(png(clean, same), "x")).data,
    );
    const darker: Drawing = { ...marked, ink: (x, y) => (marked.ink(x, y) === 40 ? 60 : marked.ink(x, y)) };
    expect((await digitFromImage(png(darker, same), "x")).data).not.toEqual(
      (await digitFromImage(png(clean, same), "x")).data,
    );
  });

  test("takes the median of the border for the paper, and a contrast of 24 for enough", async () => {
    // Two fifths of the border are as light as the digit.
    const framed: Drawing = { ...seven, ink: (x, y) => (x === 0 && y > 0 ? 200 : y === 59 && x > 24 ? 200 : 0) };
    const digit: Drawing = { ...framed, ink: (x, y) => (seven.ink(x, y) > 0 ? 100 : framed.ink(x, y)) };
    const inverted: Drawing = { ...digit, ink: (x, y) => 255 - digit.ink(x, y) };
    expect((await digitFromImage(png(digit, same), "x")).data).toEqual(
      (await digitFromImage(png(inverted, same), "x")).data,
    );
    expect(Math.max(...((await digitFromImage(png(digit, same), "x")).data as Uint8Array))).toBe(255);
    const pale: Drawing = { ...seven, ink: (x, y) => (seven.ink(x, y) > 0 ? 124 : 100) };
    expect(picture((await digitFromImage(png(pale, same), "x")).data)).toBe(picture(await expected(seven)));
    await expect(
      digitFromImage(png({ ...pale, ink: (x, y) => Math.min(123, pale.ink(x, y)) }, same), "x"),
    ).rejects.toThrow(/is blank/);
  });

  test("averages areas: a pixel half covered is half as bright", async () => {
    const drawing: Drawing = {
      width: 100,
      height: 100,
      ink: (x, y) => (x >= 40 && x < 43 && y >= 20 && y < 60 ? 255 : 0),
    };
    const { data } = await digitFromImage(png(drawing, same), "x");
    // 3 × 40 becomes 2 × 20, each new pixel the mean of 1.5 × 2 old ones.
    expect([...data].filter((v) => v > 0)).toEqual(new Array(40).fill(255));
    const uneven = (
      await digitFromImage(
        png({ ...drawing, ink: (x, y) => (drawing.ink(x, y) && x === 42 ? 100 : drawing.ink(x, y)) }, same),
        "x",
      )
    ).data;
    expect([...uneven].filter((v) => v > 0).slice(0, 2)).toEqual([
      255,
      Math.round(((0.5 * 255 + 100) / 1.5 / 255) * 255),
    ]);
  });

  test("averages areas along both axes", async () => {
    // 40 × 3 becomes 20 × 2: the row in the middle counts half to each new row.
    const drawing: Drawing = {
      width: 100,
      height: 100,
      ink: (x, y) => (x >= 20 && x < 60 && y >= 40 && y < 43 ? (y === 42 ? 100 : 255) : 0),
    };
    const { data } = await digitFromImage(png(drawing, same), "x");
    const rows = [...data].filter((v) => v > 0);
    expect(rows.slice(0, 20)).toEqual(new Array(20).fill(255));
    expect(rows.slice(20)).toEqual(new Array(20).fill(Math.round((0.5 * 255 + 100) / 1.5)));
  });

  test("takes a border that is half light, half dark for a light one", async () => {
    const halves: Drawing = { width: 28, height: 28, ink: (x) => (x < 14 ? 255 : 0) };
    expect((await digitFromImage(png(halves, same), "x")).data).toEqual(pixels(halves, inverse));
  });

  test("keeps a digit in the frame whose mass is all at one end", async () => {
    const flag: Drawing = {
      width: 60,
      height: 60,
      ink: (x, y) => (y < 40 && y >= 20 && ((x >= 10 && x < 14) || (x >= 10 && x < 50 && y === 20)) ? 255 : 0),
    };
    const { data } = await digitFromImage(png(flag, same), "x");
    expect([...data].filter((v) => v > 0).length).toBeGreaterThan(30);
    expect(
      picture(data)
        .split("\n")
        .some((row) => row.startsWith("########")),
    ).toBe(false);
  });

  test("takes a picture of 28 × 28 as it is, inverted where its border is light", async () => {
    const drawing: Drawing = {
      width: 28,
      height: 28,
      ink: (x, y) => (x > 10 && x < 14 && y > 3 && y < 20 ? 100 + 9 * x : 0),
    };
    expect((await digitFromImage(png(drawing, same), "x")).data).toEqual(pixels(drawing, same));
    expect((await digitFromImage(png(drawing, inverse), "x")).data).toEqual(pixels(drawing, same));
    expect(
      (
        await digitFromImage(
          png(drawing, same, () => 255),
          "x",
        )
      ).data,
    ).toEqual(pixels(drawing, same));
  });

  test.each([
    ["white", png({ width: 40, height: 40, ink: () => 255 }, same)],
    ["black, of 28 × 28", png({ width: 28, height: 28, ink: () => 0 }, same)],
    ["clear", png({ width: 40, height: 40, ink: () => 255 }, same, () => 0)],
    ["nearly even", png({ width: 40, height: 40, ink: (x) => 200 + (x % 20) }, same)],
    ["one pixel", png({ width: 1, height: 1, ink: () => 7 }, same)],
  ])("says that a picture is blank: %s", async (_, bytes) => {
    await expect(digitFromImage(bytes, "a.png")).rejects.toThrow(
      new FileError(`"a.png" is blank: there is no digit in it.`),
    );
  });

  test("takes a stroke as thin as a pixel and as long as the picture", async () => {
    const line: Drawing = { width: 3, height: 2000, ink: (x) => (x === 1 ? 255 : 0) };
    const { data } = await digitFromImage(png(line, same), "x");
    expect([...data].filter((v) => v === 255).length).toBe(20);
  });

  const real = path.join(import.meta.dirname, "../../shared/data/mnist/t10k-images-idx3-ubyte.gz");
  test.skipIf(!fs.existsSync(real))("lays MNIST's own digits, enlarged and moved, where MNIST has them", async () => {
    const { data } = await decodeIdx(fs.readFileSync(real), real);
    let exact = 0;
    for (let n = 0; n < 100; n++) {
      const original = data.subarray(n * 784, (n + 1) * 784);
      const enlarged: Drawing = {
        width: 200,
        height: 170,
        ink: (x, y) => {
          const [column, row] = [Math.floor((x - 50) / 4), Math.floor((y - 10) / 4)];
          return column >= 0 && column < 28 && row >= 0 && row < 28 ? original[row * 28 + column]! : 0;
        },
      };
      const again = (await digitFromImage(png(enlarged, inverse), "x")).data;
      let difference = 0;
      for (let i = 0; i < 784; i++) difference += Math.abs(again[i]! - original[i]!);
      // Faint edges are taken for paper, so a digit whose edge is all faint comes out a little larger.
      if (difference / 784 < 2) exact++;
      expect(difference / 784).toBeLessThan(40);
    }
    expect(exact).toBeGreaterThan(95);
  });
});
