// Attention layers and positions: whole, against PyTorch's values and gradients, masks, caches for generation.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  compile,
  gradients,
  type Layer,
  layers,
  random,
  rotaryEmbedding,
  sequential,
  sinusoidalPositions,
  type Tensor,
  tensor,
} from "../src/index.ts";
import { weightsOf } from "../src/nn/tree/weights.ts";
import { difference } from "./compare.ts";

const numbers = async (x: Tensor): Promise<number[]> => [...(await x.data())] as number[];
const draw = (shape: readonly number[], seed = 1): Tensor =>
  random.uniform(random.key(seed), shape, { min: -1, max: 1 });
const bools = (rows: readonly (readonly number[])[]): Tensor => tensor(rows as number[][]).cast("bool");
const agrees = async (x: Tensor, data: readonly number[]): Promise<void> =>
  expect(difference(await x.data(), [...data], "float32", { relative: 2e-5, floor: 0.01 })).toBeNull();
const close = async (x: Tensor, y: Tensor): Promise<void> => {
  expect(x.shape).toEqual(y.shape);
  await agrees(x, await numbers(y));
};

describe("attention over some axes", () => {
  const image = draw([2, 3, 4, 6]);

  test("is that of the sequences along the axes, alone", async () => {
    const layer = layers.multiHeadAttention(2, 3, { attentionAxes: -2, useCausalMask: true });
    const y = layer.apply(image);
    const alone = layers.multiHeadAttention(2, 3, { useCausalMask: true });
    alone.apply(image.at([], 0));
    weightsOf(alone).assign(await weightsOf(layer).read());
    for (let row = 0; row < 3; row++) await close(y.at([], row), alone.apply(image.at([], row)));
    const columns = layers.multiHeadAttention(2, 3, { attentionAxes: [1] });
    columns.apply(image);
    weightsOf(columns).assign(await weightsOf(layer).read());
    const turned = layers.multiHeadAttention(2, 3, { attentionAxes: [2] });
    turned.apply(image.transpose([0, 2, 1, 3]));
    weightsOf(turned).assign(await weightsOf(layer).read());
    await close(columns.apply(image), turned.apply(image.transpose([0, 2, 1, 3])).transpose([0, 2, 1, 3]));
  });

  test("over several axes is that of one sequence of all places; weights and masks have all axes", async () => {
    const value = draw([2, 2, 5, 6], 3);
    const layer = layers.multiHeadAttention(2, 3, { returnAttentionScores: true });
    const allowed = draw([2, 3, 4, 2, 5], 4).greater(-0.5);
    const [y, weights] = layer.apply({ query: image, value, attentionMask: allowed }) as unknown as [Tensor, Tensor];
    const alone = layers.multiHeadAttention(2, 3, { returnAttentionScores: true });
    const flat = { query: image.reshape([2, 12, 6]), value: value.reshape([2, 10, 6]) };
    alone.apply(flat);
    weightsOf(alone).assign(await weightsOf(layer).read());
    const attentionMask = allowed.reshape([2, 12, 10]);
    const [expected, scores] = alone.apply({ ...flat, attentionMask }) as unknown as [Tensor, Tensor];
    expect(weights.shape).toEqual([2, 2, 3, 4, 2, 5]);
    await close(y, expected.reshape([2, 3, 4, 6]));
    await close(weights, scores.reshape([2, 2, 3, 4, 2, 5]));
  });

  test("a mask of one axis of attention holds for all other axes where it has none of them", async () => {
    const layer = layers.multiHeadAttention(2, 3, { attentionAxes: 2 });
    const before = bools([
      [1, 0, 0, 0],
      [1, 1, 0, 0],
      [1, 1, 1, 0],
      [1, 1, 1, 1],
    ]);
    const y = layer.apply({ query: image, attentionMask: before.expandDims(0) });
    const causal = layers.multiHeadAttention(2, 3, { attentionAxes: 2, useCausalMask: true });
    causal.apply(image);
    weightsOf(causal).assign(await weightsOf(layer).read());
    await close(y, causal.apply(image));
  });

  test.each([
    [() => layers.multiHeadAttention(2, 3, { attentionAxes: [] }), /expected attentionAxes to be an integer or a list/],
    [
      () => layers.multiHeadAttention(2, 3, { attentionAxes: 3 }).apply(image),
      /attentionAxes: expected different axes/,
    ],
    [() => layers.multiHeadAttention(2, 3, { attentionAxes: [1, 1] }).apply(image), /expected different axes/],
    [() => layers.multiHeadAttention(2, 3, { attentionAxes: 7 }).apply(image), /attentionAxes.*axis 7/],
    [() => layers.multiHeadAttention(2, 3, { useCausalMask: true }).apply(image), /expected one axis of attention/],
    [
      () => layers.multiHeadAttention(2, 3, { attentionAxes: 2 }).apply([image, draw([2, 4, 4, 6])]),
      /expected inputs that differ only along the axes of attention \[2\], got \[batch,3,4,6\] and \[batch,4,4,6\]/,
    ],
  ] as const)("bad axes %#", (make, message) => expect(make).toThrow(message));
});

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface Golden {
  readonly args: readonly [number, number, object];
  readonly given: number;
  readonly inputs: readonly Numbers[];
  readonly mask?: number[][];
  readonly value: Numbers;
  readonly weights: Numbers;
  readonly gradients: readonly Numbers[];
}
const goldens = (
  JSON.parse(readFileSync(new URL("./goldens/attention.json", import.meta.url), "utf8")) as { cases: Golden[] }
).cases;
const given = ({ data, shape }: Numbers): Tensor => tensor(Float32Array.from(data), { shape });

describe("PyTorch's values, weights and gradients", () => {
  test.each(goldens.map((golden, i) => [`${i}: ${JSON.stringify(golden.args)}`, golden] as const))(
    "%s",
    async (_, golden) => {
      const [heads, dim, options] = golden.args;
      const layer = layers.multiHeadAttention(heads, dim, { ...options, returnAttentionScores: true });
      const all = golden.inputs.map(given);
      const xs = all.slice(0, golden.given);
      const inputs = xs.length === 1 ? xs[0]! : xs;
      layer.apply(inputs);
      const weights = weightsOf(layer);
      const names = layer.parameters.map(({ name }) => name);
      weights.assign(Object.fromEntries(names.map((name, i) => [name, all[golden.given + i]!])));
      const flat = weights.trainedRanges(new Set())[0]!.variable.value;
      const mask = golden.mask ? [null, null, bools(golden.mask)] : null;
      const outputs = layer.apply(inputs, mask ? { mask } : {});
      const [y, scores] = outputs.map((part) => part.reshape([-1])) as [Tensor, Tensor];
      await agrees(y, golden.value.data.slice(0, y.size));
      await agrees(scores, golden.value.data.slice(y.size));
      const w = tensor(golden.weights.data as number[]);
      const loss = y
        .mul(w.at([0, y.size]))
        .sum()
        .add(scores.mul(w.at([y.size, w.size])).sum());
      const slopes = gradients(loss, [...xs, flat]);
      const wanted = golden.gradients.map(({ data }) => data);
      for (const [i, slope] of slopes.slice(0, -1).entries()) await agrees(slope, wanted[i]!);
      await agrees(slopes.at(-1)!, wanted.slice(golden.given).flat());
    },
  );
});

const lengths = [3, 5];
const padding = bools([
  [1, 1, 1, 0, 0],
  [1, 1, 1, 1, 1],
]);

describe("masks", () => {
  const x = draw([2, 5, 4]);
  const kinds: Record<string, () => Layer> = {
    multiHeadAttention: () => layers.multiHeadAttention(2, 4, { rotaryWavelength: 100 }),
    groupedQueryAttention: () => layers.groupedQueryAttention(3, 4, 1),
    attention: () => layers.attention({ useCausalMask: true }),
    additiveAttention: () => layers.additiveAttention(),
  };
  test.each(Object.entries(kinds))("%s: padding is as if it were not there", async (_, make) => {
    const layer = make();
    const model = sequential([layer], { inputShape: [5, 4] });
    const { output, mask } = model.result(x, { mask: padding });
    expect(await numbers(mask as Tensor)).toEqual(await numbers(padding));
    for (const [i, n] of lengths.entries())
      await close((output as Tensor).at([i, i + 1], [0, n]), layer.apply(x.at([i, i + 1], [0, n])) as Tensor);
  });
  test("an attentionMask by name hides keys", async () => {
    const layer = layers.multiHeadAttention(2, 3, { returnAttentionScores: true });
    const attentionMask = bools([[1, 0, 1, 1, 0]])
      .expandDims(0)
      .broadcastTo([2, 5, 5]);
    const [, scores] = layer.apply({ query: x, attentionMask }) as readonly [Tensor, Tensor];
    const [, all] = layer.apply(x) as readonly [Tensor, Tensor];
    expect((await numbers(scores.at("...", [1, 2]))).every((v) => v === 0)).toBe(true);
    const kept = all.mul(attentionMask.expandDims(1).cast("float32"));
    await close(scores, kept.div(kept.sum(-1, { keepDims: true })));
  });
  test("a sequence alone, in a list and by name is the same", async () => {
    const layer = layers.multiHeadAttention(2, 3);
    const y = layer.apply(x);
    for (const inputs of [[x, x], [x, x, x], { query: x }, { query: x, value: x }, { query: x, value: x, key: x }])
      await close(layer.apply(inputs), y);
  });
  test("dropout thins the weights in training only", async () => {
    const layer = layers.attention({ dropout: 0.5, returnAttentionScores: true });
    const ones = tensor(new Float32Array(100 * 3).fill(1), { shape: [1, 100, 3] });
    const [y] = layer.apply(ones, { training: true, key: random.key(2) });
    const means = await numbers(y!);
    expect(new Set(means).size).toBeGreaterThan(5);
    expect(means.reduce((a, b) => a + b) / 300).toBeCloseTo(1, 1);
    await close(layer.apply(ones)[0]!, ones);
  });
});

describe("heads", () => {
  test("that share keys and values are heads with the same ones", async () => {
    const x = draw([2, 4, 5]);
    const grouped = layers.groupedQueryAttention(3, 4, 2, { useCausalMask: true });
    const plain = layers.multiHeadAttention(4, 3, { useCausalMask: true });
    const y = grouped.apply(x);
    plain.apply(x);
    const values = await weightsOf(grouped).read();
    const tripled = Object.entries(values).map(([name, { data, shape }]) => {
      const value = tensor(data as Float32Array, { shape });
      // Heads 0 and 1 share the first key, heads 2 and 3 the second.
      return [name, /^(key|value)/.test(name) ? value.take([0, 0, 1, 1], shape.length - 2) : value] as const;
    });
    weightsOf(plain).assign(Object.fromEntries(tripled));
    await close(plain.apply(x), y);
  });
});

describe("positions", () => {
  test("sines and cosines by their formula", async () => {
    const encoded = await sinusoidalPositions([0, 1, 7], 5, 100).array<2>();
    for (const [row, position] of [0, 1, 7].entries())
      for (let i = 0; i < 5; i++) {
        const angle = position * 100 ** ((-2 * Math.floor(i / 2)) / 5);
        expect(encoded[row]![i]).toBeCloseTo(i % 2 === 0 ? Math.sin(angle) : Math.cos(angle), 6);
      }
  });
  test("a turn by its formula, and products that depend on the distance only", async () => {
    const x = draw([3, 4]);
    const [given, turned] = [await x.array<2>(), await rotaryEmbedding(x, { maxWavelength: 50 }).array<2>()];
    for (let t = 0; t < 3; t++)
      for (let i = 0; i < 2; i++) {
        const angle = t * 50 ** (-i / 2);
        const [a, b] = [given[t]![i]!, given[t]![i + 2]!];
        expect(turned[t]![i]).toBeCloseTo(a * Math.cos(angle) - b * Math.sin(angle), 6);
        expect(turned[t]![i + 2]).toBeCloseTo(b * Math.cos(angle) + a * Math.sin(angle), 6);
      }
    const at = (v: Tensor, position: number) => rotaryEmbedding(v, { positions: [position] });
    const [q, k] = [draw([1, 8], 2), draw([1, 8], 3)];
    await close(at(q, 9).mul(at(k, 4)).sum(), at(q, 105).mul(at(k, 100)).sum());
  });
  test("a start moves them", async () => {
    const x = draw([2, 6, 4]);
    const start = tensor([2, 2], { dtype: "int32" });
    for (const layer of [layers.positionEmbedding(6), layers.sinePositionEncoding(), layers.rotaryEmbedding()])
      await close(layer.apply({ x: x.at([], [2, 6]), start }), layer.apply(x).at([], [2, 6]));
  });
});

describe("a cache", () => {
  const steps = 7;
  const x = draw([2, steps, 6]);
  test.each([
    ["multiHeadAttention", () => layers.multiHeadAttention(2, 4, { useCausalMask: true, rotaryWavelength: 100 })],
    ["groupedQueryAttention", () => layers.groupedQueryAttention(4, 4, 2, { useCausalMask: true })],
  ] as const)("%s: in parts, and step by step with one program, as the whole", async (_, make) => {
    const layer = make();
    const whole = layer.apply(x);
    const run = compile((query: Tensor, keys: Tensor, values: Tensor, position: Tensor) => {
      const result = layer.apply({ query, cache: { keys, values }, position }) as never;
      const { output, cache } = result as { output: Tensor; cache: { keys: Tensor; values: Tensor } };
      return [output, cache.keys, cache.values] as const;
    });
    let { keys, values } = layer.emptyCache(2, 10);
    let from = 0;
    for (const n of [3, 1, 1, 1, 1]) {
      const position = tensor([from, from], { dtype: "int32" });
      const [output, nextKeys, nextValues] = await run(x.at([], [from, from + n]), keys, values, position);
      await close(output, whole.at([], [from, from + n]));
      [keys, values, from] = [nextKeys, nextValues, from + n];
    }
    expect(from).toBe(steps);
  });
  test("each sequence of a batch has a position of its own", async () => {
    const layer = layers.multiHeadAttention(2, 3, { useCausalMask: true });
    const step = (query: Tensor, cache: object, at: number[]) =>
      layer.apply({ query, cache, position: tensor(at, { dtype: "int32" }) } as never) as never as {
        output: Tensor;
        cache: object;
      };
    // The first sequence has two steps, the second four; what a short one has beyond its end is overwritten.
    const first = step(x.at([], [0, 4]), layer.emptyCache(2, steps), [0, 0]);
    const { output } = step(x.at([0, 1], [2, 3]).broadcastTo([2, 1, 6]), first.cache, [2, 4]);
    await close(output.at([0, 1]), layer.apply(x.at([0, 1], [0, 3])).at([], [2, 3]));
  });
});

describe("bad input", () => {
  const x = draw([2, 3, 4]);
  const lines: readonly (readonly [string, () => unknown, RegExp])[] = [
    ["no heads", () => layers.multiHeadAttention(0, 2), /expected numHeads to be an integer from 1 up, got 0/],
    [
      "heads that cannot share",
      () => layers.groupedQueryAttention(2, 4, 3),
      /expected numQueryHeads to be a multiple of numKeyValueHeads, got 4 and 3/,
    ],
    [
      "no sequence",
      () => layers.multiHeadAttention(1, 2).apply([[1]]),
      /MultiHeadAttention.*: expected sequences \[batch, steps, features\], got \[batch,1\]/,
    ],
    [
      "a value too many",
      () => layers.multiHeadAttention(1, 2).apply([x, x, x.at([], [0, 2])]),
      /expected a value for each key, got 3 and 2 steps/,
    ],
    [
      "features that differ",
      () => layers.attention().apply([x, x.at([], [], [0, 2])]),
      /do not fit: queries and keys have the same features/,
    ],
    [
      "a query alone in a list",
      () => layers.attention().apply([x]),
      /expected \[query, value\] or \[query, value, key\].*got one of them alone/,
    ],
    [
      "another score",
      () => layers.attention({ scoreMode: "cos" as never }),
      /expected scoreMode to be "dot" or "concat", got "cos"/,
    ],
    ["too many steps", () => layers.positionEmbedding(2).apply(x), /expected at most 2 steps, got 3/],
    [
      "an odd number to turn",
      () => layers.rotaryEmbedding().apply(x.at([], [], [0, 3])),
      /expected \[\.\.\., time, dim\] with an even dim/,
    ],
    [
      "images to turn",
      () => layers.rotaryEmbedding().apply(draw([1, 2, 2, 2])),
      /expected sequences \[batch, steps, features\], got \[batch,2,2,2\]/,
    ],
    [
      "a wavelength of 0",
      () => layers.sinePositionEncoding({ maxWavelength: 0 }),
      /expected maxWavelength to be a finite number from 1 up, got 0/,
    ],
    [
      "a cache for two sequences",
      () => {
        const layer = layers.multiHeadAttention(1, 2);
        return layer.apply({ query: x, value: x.mul(2), cache: layer.emptyCache(2, 4) });
      },
      /expected a cache for a sequence that attends to itself only/,
    ],
  ];
  test.each(lines)("%s", (_, make, message) => expect(make).toThrow(message));
});
