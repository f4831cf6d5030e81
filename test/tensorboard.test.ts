// TensorBoard's event files, read by a reader of the test's own: records, checksums, fields.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode as decodePng } from "fast-png";
import { afterAll, describe, expect, test, vi } from "vitest";
import { callbacks, functional, input, layers, optimizers, sequential, type TrainingRun } from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-tensorboard-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** CRC-32C bit by bit, from its definition: the remainder of the bits by the polynomial 0x1EDC6F41, reflected. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of bytes)
    for (let bit = 0n; bit < 8n; bit++) {
      const isOdd = ((crc ^ (BigInt(byte) >> bit)) & 1n) === 1n;
      crc = (crc >> 1n) ^ (isOdd ? 0x82f63b78n : 0n);
    }
  return Number(crc ^ 0xffffffffn);
}

test("the test's checksum is CRC-32C (RFC 3720, B.4)", () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
});

/** The data of the records in a file. */
function records(file: Uint8Array): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const masked = (bytes: Uint8Array): bigint => {
    const crc = BigInt(crc32c(bytes));
    return (crc / 2n ** 15n + (crc % 2n ** 15n) * 2n ** 17n + 0xa282ead8n) % 2n ** 32n;
  };
  const found: Uint8Array[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    const data = file.subarray(at + 12, at + 12 + length);
    expect(BigInt(view.getUint32(at + 8, true))).toBe(masked(file.subarray(at, at + 8)));
    expect(BigInt(view.getUint32(at + 12 + length, true))).toBe(masked(data));
    found.push(data);
    at += 16 + length;
  }
  return found;
}

type Field = bigint | number | Uint8Array;

/** The fields of a message by number: varints as bigints, doubles and floats as numbers, everything else as bytes. */
function fieldsOf(bytes: Uint8Array): Map<number, Field[]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const fields = new Map<number, Field[]>();
  let at = 0;
  const varint = (): bigint => {
    let [value, shift] = [0n, 0n];
    for (;;) {
      const byte = BigInt(bytes[at++]!);
      value |= (byte & 127n) << shift;
      shift += 7n;
      if (byte < 128n) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const kind = tag & 7;
    let value: Field;
    if (kind === 0) value = varint();
    else if (kind === 1) value = view.getFloat64((at += 8) - 8, true);
    else if (kind === 5) value = view.getFloat32((at += 4) - 4, true);
    else {
      expect(kind).toBe(2);
      const length = Number(varint());
      value = bytes.subarray(at, (at += length));
    }
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value]);
  }
  return fields;
}

const textOf = (field: Field | undefined): string => new TextDecoder().decode(field as Uint8Array);
const partsOf = (fields: Map<number, Field[]>, number: number): Map<number, Field[]>[] =>
  (fields.get(number) ?? []).map((field) => fieldsOf(field as Uint8Array));
function doublesOf(field: Field | undefined): number[] {
  const bytes = field as Uint8Array;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}

interface Value {
  readonly step: number;
  readonly tag: string;
  readonly fields: Map<number, Field[]>;
}

/** What the only event file of a folder holds. */
function read(path: string): { values: Value[]; graphs: Map<number, Field[]>[] } {
  const [name, ...others] = readdirSync(path);
  expect(others).toEqual([]);
  expect(name).toMatch(/^events\.out\.tfevents\.\d{10}\..+\.\d+\.\d+\.v2$/);
  const events = records(readFileSync(join(path, name!))).map(fieldsOf);
  for (const event of events) expect(Math.abs((event.get(1)![0] as number) - Date.now() / 1000)).toBeLessThan(600);
  expect(textOf(events[0]!.get(3)?.[0])).toBe("brain.Event:2");
  const values = events.flatMap((event) =>
    partsOf(event, 5).flatMap((summary) =>
      partsOf(summary, 1).map((fields) => ({
        step: Number(event.get(2)?.[0] ?? -1n),
        tag: textOf(fields.get(1)?.[0]),
        fields,
      })),
    ),
  );
  return { values, graphs: events.flatMap((event) => partsOf(event, 4)) };
}

const scalars = (values: readonly Value[]): [number, string, number][] =>
  values.flatMap(({ step, tag, fields }) => {
    const value = fields.get(2)?.[0];
    return value === undefined ? [] : [[step, tag, value as number]];
  });

/** A model of one weight w with the loss (w − 1)²; each step halves the distance to 1. */
const halving = () =>
  sequential([layers.dense(1, { useBias: false, kernelInitializer: "zeros" })], { inputShape: [1] }).compile({
    optimizer: optimizers.sgd({ learningRate: 0.25 }),
    loss: "mse",
    metrics: ["meanAbsoluteError"],
  });

describe("scalars", () => {
  test("by epoch, of training and validation apart", async () => {
    const path = join(folder, "epochs");
    await halving().fit([[1]], [[1]], {
      epochs: 2,
      validationData: [[[1]], [[3]]],
      callbacks: [callbacks.tensorBoard(path)],
    });
    expect(readdirSync(path).sort()).toEqual(["train", "validation"]);
    expect(scalars(read(join(path, "train")).values)).toEqual([
      [0, "epoch_loss", 1],
      [0, "epoch_meanAbsoluteError", 1],
      [0, "epoch_learning_rate", 0.25],
      [1, "epoch_loss", 0.25],
      [1, "epoch_meanAbsoluteError", 0.5],
      [1, "epoch_learning_rate", 0.25],
    ]);
    expect(scalars(read(join(path, "validation")).values)).toEqual([
      [0, "epoch_loss", 6.25],
      [0, "epoch_meanAbsoluteError", 2.5],
      [1, "evaluation_loss_vs_iterations", 6.25],
      [1, "evaluation_meanAbsoluteError_vs_iterations", 2.5],
      [1, "epoch_loss", 5.0625],
      [1, "epoch_meanAbsoluteError", 2.25],
      [2, "evaluation_loss_vs_iterations", 5.0625],
      [2, "evaluation_meanAbsoluteError_vs_iterations", 2.25],
    ]);
  });
  test.each([
    ["batch", [1, 2, 3, 4, 5, 6]],
    [2, [2, 4, 6]],
  ] as const)("by step, every %s", async (updateFreq, steps) => {
    const path = join(folder, `steps-${updateFreq}`);
    const data = [[1], [1], [1]];
    await halving().fit(data, data, {
      epochs: 2,
      batchSize: 1,
      callbacks: [callbacks.tensorBoard(path, { updateFreq, writeGraph: false })],
    });
    const found = scalars(read(join(path, "train")).values).filter(([, tag]) => tag === "batch_loss");
    expect(found.map(([step]) => step)).toEqual(steps);
    expect(read(join(path, "train")).graphs).toEqual([]);
  });
  test("a run that goes on counts its steps on", async () => {
    const path = join(folder, "resumed");
    const make = () => callbacks.tensorBoard(path, { updateFreq: 1, writeGraph: false });
    const run = { model: halving() } as unknown as TrainingRun;
    const progress = { loss: 2, metrics: {} } as never;
    const first = make();
    await first.onTrainBegin!(run);
    await first.onBatchEnd!(progress, run);
    await first.onTrainError!(new Error(), run);
    const second = make();
    await second.onTrainBegin!(run);
    second.restore!(JSON.parse(JSON.stringify(first.state!())), {});
    await second.onBatchEnd!(progress, run);
    await second.onTrainEnd!({} as never, run);
    const names = readdirSync(join(path, "train")).sort();
    const steps = names.flatMap((name) =>
      records(readFileSync(join(path, "train", name))).flatMap((data) => fieldsOf(data).get(2) ?? []),
    );
    expect(steps).toEqual([1n, 2n]);
  });
});

describe("weights", () => {
  test("as histograms, every so many epochs", async () => {
    const path = join(folder, "histograms");
    const model = sequential([layers.dense(10, { useBias: false })], { inputShape: [6], seed: 1 });
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: "mse" });
    const y = [Array(10).fill(0)];
    const callback = callbacks.tensorBoard(path, { histogramFreq: 2 });
    await model.fit([[1, 2, 3, 4, 5, 6]], y, { epochs: 3, callbacks: [callback] });
    const found = read(join(path, "train")).values.filter(({ tag }) => tag.endsWith("/histogram"));
    expect(found.map(({ step, tag }) => [step, tag])).toEqual([
      [0, "dense_1/kernel/histogram"],
      [2, "dense_1/kernel/histogram"],
    ]);
    const [histogram] = partsOf(found[0]!.fields, 5);
    const weights = [...(await model.getWeights())["dense_1/kernel"]!.data];
    const [low, high] = [Math.min(...weights), Math.max(...weights)];
    const [min, max, count, sum, squares] = [1, 2, 3, 4, 5].map((number) => histogram!.get(number)![0]);
    expect([min, max, count]).toEqual([low, high, 60]);
    expect(sum).toBeCloseTo(
      weights.reduce((a, w) => a + w, 0),
      10,
    );
    expect(squares).toBeCloseTo(
      weights.reduce((a, w) => a + w * w, 0),
      10,
    );
    const [limits, buckets] = [doublesOf(histogram!.get(6)![0]), doublesOf(histogram!.get(7)![0])];
    expect(limits).toHaveLength(30);
    expect(limits[29]).toBe(high);
    expect(limits[0]).toBeCloseTo(low + (high - low) / 30, 10);
    expect(buckets).toEqual(
      limits.map(
        (limit, i) => weights.filter((w) => (i === 29 || w < limit) && (i === 0 || w >= limits[i - 1]!)).length,
      ),
    );
  });
  test("as images", async () => {
    const path = join(folder, "images");
    const x = input([3, 3, 2]);
    const y = layers.dense(1).apply(layers.flatten().apply(layers.conv2d(3, 2).apply(x)));
    const model = functional({ inputs: x, outputs: y }).compile({
      optimizer: optimizers.sgd({ learningRate: 0 }),
      loss: "mse",
    });
    const kernel = Array.from({ length: 24 }, (_, i) => i - 8);
    model.setWeights({ "conv2d_1/kernel": { data: Float32Array.from(kernel), shape: [2, 2, 2, 3], dtype: "float32" } });
    const callback = callbacks.tensorBoard(path, { histogramFreq: 1, writeImages: true });
    await model.fit(
      { x: { data: new Float32Array(18), shape: [1, 3, 3, 2] } as never, y: [[0]] },
      { callbacks: [callback] },
    );
    const found = read(join(path, "train")).values.filter(({ tag }) => tag.endsWith("/image"));
    const images = found.map(({ tag, fields }) => {
      const [image] = partsOf(fields, 4);
      const png = decodePng(image!.get(4)![0] as Uint8Array);
      expect([image!.get(1)![0], image!.get(2)![0], image!.get(3)![0]]).toEqual([
        BigInt(png.height),
        BigInt(png.width),
        1n,
      ]);
      return [tag, png] as const;
    });
    expect(images.map(([tag, { width, height }]) => [tag, width, height])).toEqual([
      ["conv2d_1/kernel/image", 6, 4],
      ["conv2d_1/bias/image", 3, 1],
      ["dense_1/kernel/image", 12, 1],
      ["dense_1/bias/image", 1, 1],
    ]);
    // The filter of input 1 and output 2 stands at rows 2 and 3, columns 4 and 5; weight [h, w, i, o] is
    // 12h + 6w + 3i + o.
    const { data } = images[0]![1];
    const at = (h: number, w: number, i: number, o: number) => data[(2 * i + h) * 6 + 2 * o + w];
    for (const [h, w] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ] as const)
      expect(at(h, w, 1, 2)).toBe(Math.round((255 * (12 * h + 6 * w + 3 + 2)) / 23));
  });
});

describe("the graph", () => {
  test("has a node for each call of a layer, with its inputs and shapes", async () => {
    const path = join(folder, "graph");
    const encoder = sequential([layers.dense(4, { name: "first" }), layers.dropout(0.5)], { name: "encoder" });
    const [a, b] = [input([3]), input([3])];
    const both = layers.concatenate({ name: "both" }).apply([encoder.apply(a), encoder.apply(b)]);
    const model = functional({ inputs: { a, b }, outputs: layers.dense(1, { name: "scores" }).apply(both) });
    model.compile({ loss: "mse" });
    await model.fit({ x: { a: [[1, 2, 3]], b: [[1, 2, 3]] }, y: [[0]] }, { callbacks: [callbacks.tensorBoard(path)] });
    const [graph, ...others] = read(join(path, "train")).graphs;
    expect(others).toEqual([]);
    expect(partsOf(graph!, 4)[0]!.get(1)).toEqual([22n]);
    const nodes = partsOf(graph!, 1).map((node) => {
      const [attribute] = partsOf(node, 5);
      expect(textOf(attribute!.get(1)?.[0])).toBe("_output_shapes");
      const shapes = partsOf(partsOf(partsOf(attribute!, 2)[0]!, 1)[0]!, 7).map((shape) =>
        partsOf(shape, 2).map((size) => Number(BigInt.asIntN(64, size.get(1)![0] as bigint))),
      );
      const [name, op] = [1, 2].map((number) => textOf(node.get(number)?.[0]));
      return [name, op, (node.get(3) ?? []).map(textOf).join(" "), JSON.stringify(shapes)];
    });
    expect(nodes).toEqual([
      ["a", "Input", "", "[[-1,3]]"],
      ["b", "Input", "", "[[-1,3]]"],
      ["encoder/first", "Dense", "a", "[[-1,4]]"],
      ["encoder/dropout_1", "Dropout", "encoder/first", "[[-1,4]]"],
      ["encoder/first__2_", "Dense", "b", "[[-1,4]]"],
      ["encoder/dropout_1__2_", "Dropout", "encoder/first__2_", "[[-1,4]]"],
      ["both", "Concatenate", "encoder/dropout_1 encoder/dropout_1__2_", "[[-1,8]]"],
      ["scores", "Dense", "both", "[[-1,1]]"],
    ]);
  });
});

test("a page, which has no files, is told so, and wrong options too", () => {
  vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never);
  expect(() => callbacks.tensorBoard("runs")).toThrow(/^callbacks.tensorBoard needs Node/);
  vi.restoreAllMocks();
  expect(() => callbacks.tensorBoard("")).toThrow(/expected the path of a folder, got ""/);
  expect(() => callbacks.tensorBoard("runs", { updateFreq: 0 })).toThrow(
    /expected updateFreq.* to be an integer from 1/,
  );
  expect(() => callbacks.tensorBoard("runs", { histogramfreq: 1 } as object)).toThrow(/"histogramFreq"/);
});
