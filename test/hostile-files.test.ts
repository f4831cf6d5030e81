// Random damage to files of every kind that Nabla reads: each ends in a result or in a NablaError, soon, and of one
// sentence.
import { crc32, gzipSync } from "node:zlib";
import { encode as encodePng } from "fast-png";
import { zipSync } from "fflate";
import { encode as encodeJpeg } from "jpeg-js";
import { expect, test } from "vitest";
import { digitFromImage } from "../src/cli/digit.ts";
import { decodeImage } from "../src/formats/image.ts";
import { decodeNpz, encodeNpz } from "../src/formats/npz.ts";
import { layers, loadModel, NablaError, sequential } from "../src/index.ts";
import { decodeIdx } from "../src/io/idx.ts";
import { decodeNpy, encodeNpy } from "../src/io/npy.ts";
import { decodeSafetensors, encodeSafetensors } from "../src/io/safetensors.ts";
import { decodeWav } from "../src/io/wav.ts";
import { wavFile } from "./wav-files.ts";
import { encodeWebp } from "./webp-files.ts";

/** Files of each kind. NABLA_FUZZ, as for the random programs, sets another number. */
const rounds = Number(process.env["NABLA_FUZZ"] ?? 150);

/** mulberry32: the same numbers from the same seed. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}
type Random = ReturnType<typeof generator>;

const telling = [0, 1, 0x7f, 0x80, 0xff, 0x22, 0x5b, 0x7b, 0x2c, 0x39];

/** One to four of: a bit flipped, a byte changed, the end cut off, bytes repeated, bytes left out. */
function damage(file: Uint8Array, random: Random): Uint8Array {
  let bytes = Uint8Array.from(file);
  for (let n = 1 + random(4); n > 0 && bytes.length > 1; n--) {
    const at = random(random(2) ? bytes.length : Math.min(bytes.length, 200));
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
    const kind = random(6);
    if (kind === 0) bytes[at]! ^= 1 << random(8);
    else if (kind === 1) bytes[at] = random(256);
    else if (kind === 2) bytes.fill(telling[random(telling.length)]!, at, at + 1 + random(4));
    else if (kind === 3) bytes = Uint8Array.from(before);
    else if (kind === 4) bytes = Uint8Array.from([...before, ...after.subarray(0, random(64)), ...after]);
    else bytes = Uint8Array.from([...before, ...after.subarray(random(16))]);
  }
  return bytes;
}

/** Gives the chunks of a PNG the checksums that they claim to have, so that damage gets past them. */
function withChecksums(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  for (let at = 8; at + 12 <= file.length; ) {
    const length = view.getUint32(at);
    if (at + 12 + length > file.length) break;
    view.setUint32(at + 8 + length, crc32(file.subarray(at + 4, at + 8 + length)));
    at += 12 + length;
  }
  return file;
}

const strange: readonly unknown[] = [
  null,
  {},
  [],
  { toString: 1 },
  { valueOf: {} },
  "x".repeat(1e5),
  -1,
  0.5,
  1e308,
  "__proto__",
  "\u001b[2J",
];

/** Replaces, leaves out or adds a value somewhere in JSON. */
function damageJson(text: string, random: Random): string {
  const json: unknown = JSON.parse(text);
  const places: [Record<string, unknown>, string][] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const key of Object.keys(value)) {
      places.push([value as Record<string, unknown>, key]);
      walk((value as Record<string, unknown>)[key]);
    }
  };
  walk(json);
  const [holder, key] = places[random(places.length)]!;
  if (random(4) === 0) delete holder[key];
  else holder[random(4) === 0 ? "other" : key] = strange[random(strange.length)];
  return JSON.stringify(json);
}

const noise = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 37) % 251);
const png = encodePng({ width: 20, height: 24, data: noise(20 * 24 * 4), channels: 4 });
const interlaced = encodePng({ width: 9, height: 9, data: noise(81), channels: 1 }, { interlace: "Adam7" });
const jpeg = encodeJpeg({ width: 24, height: 16, data: noise(24 * 16 * 4) }, 80).data;
async function webpReader(options: object): Promise<(random: Random) => unknown> {
  const webp = await encodeWebp({ width: 24, height: 16, data: noise(24 * 16 * 4) }, options);
  return (random) => decodeImage(damage(webp, random), "x");
}
const wav = wavFile({ samples: noise(200), channels: 2 });
const floatWav = wavFile({ samples: noise(60), bits: 32, code: 3, isExtensible: true, stated: 0 });
const noises = { data: Int32Array.from(noise(60)), shape: [3, 4, 5], dtype: "int32" } as const;
const npy = encodeNpy(noises);
const idx = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0, 5, ...noise(50)]);
const tensors = encodeSafetensors(
  {
    a: { data: new Float32Array(6), shape: [2, 3], dtype: "float32" },
    b: { data: new Uint8Array(3), shape: [3], dtype: "bool" },
  },
  { key: "value" },
);
async function model(): Promise<Uint8Array> {
  const made = sequential([layers.dense(4, { activation: "tanh" }), layers.dropout(0.1), layers.dense(3)], {
    inputShape: [2],
  });
  made.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  made.dataInfo = { classNames: ["a", "b", "c"], inputs: { dtype: "uint8", scale: 1 / 255, offset: 0 } };
  return made.toBytes();
}

const kinds: readonly (readonly [string, () => Promise<(random: Random) => unknown>])[] = [
  ["PNG", async () => (random) => digitFromImage(damage(png, random), "x")],
  ["PNG with right checksums", async () => (random) => decodeImage(withChecksums(damage(png, random)), "x")],
  ["interlaced PNG", async () => (random) => decodeImage(withChecksums(damage(interlaced, random)), "x")],
  ["JPEG", async () => (random) => digitFromImage(damage(jpeg, random), "x")],
  ["WebP, lossless", async () => webpReader({ lossless: 1 })],
  ["WebP, lossy", async () => webpReader({ quality: 50 })],
  ["WAV", async () => (random) => decodeWav(damage(wav, random), "x")],
  ["extensible WAV of floats", async () => (random) => decodeWav(damage(floatWav, random), "x")],
  ["NPY", async () => (random) => decodeNpy(damage(npy, random), "x")],
  ["NPZ", async () => (random) => decodeNpz(damage(encodeNpz({ a: noises, b: noises }), random), "x")],
  ["compressed NPZ", async () => (random) => decodeNpz(damage(zipSync({ "a.npy": npy }), random), "x")],
  ["IDX", async () => (random) => decodeIdx(damage(idx, random), "x")],
  ["gzipped IDX", async () => (random) => decodeIdx(damage(gzipSync(idx), random), "x")],
  ["safetensors", async () => (random) => decodeSafetensors(damage(tensors, random), "x")],
  [
    "model",
    async () => {
      const whole = await model();
      return (random) => loadModel(damage(whole, random));
    },
  ],
  [
    "model with a strange configuration",
    async () => {
      const { tensors, metadata } = decodeSafetensors(await model(), "x");
      return async (random) => {
        const key = ["architecture", "training", "data"][random(3)]!;
        const changed = encodeSafetensors(tensors, { ...metadata, [key]: damageJson(metadata[key]!, random) });
        return (await loadModel(changed)).summary();
      };
    },
  ],
];

test.each(kinds)("%s", async (_, prepare) => {
  const read = await prepare();
  const outcomes = { read: 0, refused: 0 };
  for (let seed = 1; seed <= rounds; seed++) {
    const { user } = process.cpuUsage();
    try {
      await read(generator(seed));
      outcomes.read++;
    } catch (error) {
      const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      expect(error, `seed ${seed}: ${what}`).toBeInstanceOf(NablaError);
      expect(what.length, `seed ${seed}`).toBeLessThan(1000);
      expect(what, `seed ${seed}`).toMatch(/^[^\p{Cc}]*\.$/u);
      outcomes.refused++;
    }
    expect(process.cpuUsage().user - user, `seed ${seed}, in microseconds`).toBeLessThan(2e6);
  }
  expect(outcomes.refused).toBeGreaterThan(rounds / 10);
});

test("no text of a model's file reaches a message with its control characters", async () => {
  const evil = "\u001b[31mRED\u001b]0;pwned\u0007\u202e\n";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not be there
  const control = /[\u0000-\u001f\u007f-\u009f\u202e]/;
  const { tensors, metadata } = decodeSafetensors(await model(), "x");
  const files: [string, ReturnType<typeof encodeSafetensors>][] = [];
  const add = (where: string, arrays: typeof tensors, texts: Readonly<Record<string, string>>): void =>
    void files.push([where, encodeSafetensors(Object.fromEntries(arrays), texts)]);
  for (const [key, text] of Object.entries(metadata)) {
    add(key, tensors, { ...metadata, [key]: evil });
    const { [key]: _, ...others } = metadata;
    add(`the name ${key}`, tensors, { ...others, [evil]: text });
    if (key === "format" || key === "version") continue;
    const json = JSON.parse(text) as object;
    // Each text and each name of the JSON in turn.
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== "object" || value === null) return;
      const holder = value as Record<string, unknown>;
      for (const name of Object.keys(holder)) {
        const old = holder[name];
        if (typeof old === "string") {
          holder[name] = evil;
          add(`${path}.${name}`, tensors, { ...metadata, [key]: JSON.stringify(json) });
        }
        holder[name] = old;
        if (!Array.isArray(value)) {
          delete holder[name];
          holder[evil] = old;
          add(`the name ${path}.${name}`, tensors, { ...metadata, [key]: JSON.stringify(json) });
          delete holder[evil];
          holder[name] = old;
        }
        walk(old, `${path}.${name}`);
      }
    };
    walk(json, key);
  }
  for (const name of tensors.keys()) {
    const renamed = [...tensors].map(([key, array]) => [key === name ? evil : key, array] as const);
    add(`the tensor ${name}`, new Map(renamed), metadata);
  }
  const bytes = encodeSafetensors(Object.fromEntries(tensors), metadata);
  const header = new TextDecoder("latin1").decode(bytes);
  const at = header.indexOf('"dtype":"F32"') + '"dtype":"'.length;
  files.push(["a dtype", Uint8Array.from(bytes, (byte, i) => (i === at ? 0x7f : byte))]);
  let refused = 0;
  for (const [where, file] of files) {
    let error: unknown = await loadModel(file).catch((caught: unknown) => caught);
    if (error instanceof Error) refused++;
    for (; error instanceof Error; error = error.cause)
      expect(error.message, `${where}: ${JSON.stringify(error.message)}`).not.toMatch(control);
  }
  expect(refused).toBeGreaterThan(files.length / 2);
});
