// Pipelines: the same elements in memory and from a stream, orders that follow from the seed, and training on them.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Dataset, Pipeline, parseTable, readTable, streamTable, Table, TableEncoder } from "../src/data/index.ts";
import { ArgumentError, FileError, ShapeError } from "../src/errors.ts";
import { type Callback, callbacks, layers, type Model, optimizers, sequential } from "../src/index.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "nabla-pipeline-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const sorted = (list: readonly number[]): number[] => list.toSorted((a, b) => a - b);
const inMemory = (n: number): Pipeline<number> => Pipeline.from(range(n));
const fromStream = (n: number): Pipeline<number> =>
  Pipeline.from(async function* () {
    yield* range(n);
  });
const both: [string, (n: number) => Pipeline<number>][] = [
  ["in memory", inMemory],
  ["from a stream", fromStream],
];

describe.each(both)("a pipeline %s", (_, from) => {
  test("maps, filters, takes, skips and concatenates", async () => {
    const p = from(200);
    expect(await p.map((x, i) => x * 1000 + i).toArray()).toEqual(range(200).map((x) => x * 1001));
    expect(await p.map(async (x) => -x).toArray()).toEqual(range(200).map((x) => -x));
    expect(await p.filter((x) => x % 3 === 0).toArray()).toEqual(range(200).filter((x) => x % 3 === 0));
    expect(await p.filter(async (x) => x % 3 === 0).toArray()).toEqual(range(200).filter((x) => x % 3 === 0));
    expect(await p.take(3).toArray()).toEqual([0, 1, 2]);
    expect(await p.take(0).toArray()).toEqual([]);
    expect(await p.take(1000).toArray()).toEqual(range(200));
    expect(await p.skip(197).toArray()).toEqual([197, 198, 199]);
    expect(await p.skip(70).take(70).skip(60).toArray()).toEqual(range(140).slice(130));
    expect(await from(2).concatenate(from(3), inMemory(1)).toArray()).toEqual([0, 1, 0, 1, 2, 0]);
  });

  test("makes batches", async () => {
    const p = from(7).map((i) => ({ x: [[i, -i]], y: i % 2 === 0 }));
    const batches = await p.batch(3).toArray();
    expect(batches.map(({ x }) => x.shape)).toEqual([
      [3, 1, 2],
      [3, 1, 2],
      [1, 1, 2],
    ]);
    expect(batches[2]).toEqual({
      x: { data: Float32Array.of(6, -6), shape: [1, 1, 2], dtype: "float32" },
      y: { data: Uint8Array.of(1), shape: [1], dtype: "bool" },
    });
    expect((await p.batch(3, { dropRemainder: true }).toArray()).length).toBe(2);
    const [tuple] = await from(2)
      .map((i) => [Uint8Array.of(i, i), { data: Int32Array.of(i), shape: [] }] as const)
      .batch(2)
      .toArray();
    expect(tuple).toEqual([
      { data: Uint8Array.of(0, 0, 1, 1), shape: [2, 2], dtype: "uint8" },
      { data: Int32Array.of(0, 1), shape: [2], dtype: "int32" },
    ]);
  });

  test("shuffles: each epoch another order, the same for the same seed", async () => {
    const p = from(300).shuffle({ seed: 3, window: 64 });
    const [first, second] = [await p.toArray(0), await p.toArray(1)];
    expect(sorted(first)).toEqual(range(300));
    expect(sorted(second)).toEqual(range(300));
    expect(second).not.toEqual(first);
    expect(await p.toArray(0)).toEqual(first);
    expect(await from(300).shuffle({ seed: 3, window: 64 }).toArray(1)).toEqual(second);
    expect(await from(300).shuffle({ seed: 4, window: 64 }).toArray(0)).not.toEqual(first);
    // No element comes earlier than the window allows.
    expect(Math.max(...first.map((x, i) => x - i))).toBeLessThanOrEqual(64);
    expect(sorted(await from(300).shuffle().toArray())).toEqual(range(300));
    expect(await from(0).shuffle().toArray()).toEqual([]);
  });

  test("keeps what it has made", async () => {
    let made = 0;
    const p = from(100)
      .map((x) => (made++, x))
      .cache();
    for (let epoch = 0; epoch < 3; epoch++) expect(await p.toArray(epoch)).toEqual(range(100));
    expect(made).toBe(100);
    // An epoch that is broken off keeps nothing that is not whole.
    made = 0;
    const broken = from(300)
      .map((x) => (made++, x))
      .cache();
    for await (const x of broken) if (x === 70) break;
    expect(await broken.toArray()).toEqual(range(300));
    expect(await broken.toArray()).toEqual(range(300));
    expect(made).toBeLessThan(600);
  });

  test("reads ahead, in order, and tells a failure in its turn", async () => {
    expect(await from(500).prefetch(3).toArray()).toEqual(range(500));
    const seen: number[] = [];
    const failing = from(500)
      .map((x) => {
        if (x === 300) throw new Error("no more");
        return x;
      })
      .prefetch(2);
    await expect(
      (async () => {
        for await (const x of failing) seen.push(x);
      })(),
    ).rejects.toThrow("no more");
    expect(seen).toEqual(range(seen.length));
    expect(seen.length).toBeGreaterThanOrEqual(128);
  });

  test("zips, as far as the shortest goes", async () => {
    const named = Pipeline.zip({ a: from(4), b: inMemory(3).map(String) });
    expect(await named.toArray()).toEqual([
      { a: 0, b: "0" },
      { a: 1, b: "1" },
      { a: 2, b: "2" },
    ]);
    expect(await from(2).zip(from(9)).toArray()).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  test("splits into parts without a common element", async () => {
    const key = (x: number): string => `k${x % 7}`;
    for (const options of [{}, { seed: 2 }, { stratify: key }, { group: key }]) {
      const parts = await from(700).split([0.5, 0.3, 0.2], options);
      const lists = await Promise.all(parts.map((part) => part.toArray()));
      expect(sorted(lists.flat())).toEqual(range(700));
      expect(await Promise.all(parts.map((part) => part.toArray(1)))).toEqual(lists);
      for (const list of lists) expect(list).toEqual(sorted(list));
      if (options.group) {
        const keys = lists.map((list) => new Set(list.map(key)));
        expect(keys.reduce((n, { size }) => n + size, 0)).toBe(7);
      } else expect(lists.map(({ length }) => length)).toEqual([350, 210, 140]);
    }
    const [half] = await from(700).split([0.5], { stratify: key });
    const counts = new Map<string, number>();
    for await (const x of half!) counts.set(key(x), (counts.get(key(x)) ?? 0) + 1);
    expect([...counts.values()]).toEqual([50, 50, 50, 50, 50, 50, 50]);
  });

  test("balances classes", async () => {
    const classOf = (x: number): number => (x < 90 ? 0 : x < 99 ? 1 : 2);
    const countsOf = (list: readonly number[]): number[] =>
      [0, 1, 2].map((c) => list.filter((x) => classOf(x) === c).length);
    const over = await from(100).balance(classOf).toArray();
    expect(countsOf(over)).toEqual([90, 90, 90]);
    expect(new Set(over).size).toBe(100);
    const under = from(100).balance(classOf, { by: "undersample", seed: 1 });
    const rounds = await Promise.all(range(20).map((epoch) => under.toArray(epoch)));
    for (const list of rounds) expect(countsOf(list)).toEqual([1, 1, 1]);
    expect(new Set(rounds.flat()).size).toBeGreaterThan(15);
  });

  test("augments with numbers that depend on seed, epoch and index", async () => {
    const p = (seed: number): Pipeline<number> =>
      from(100).augment((x, random) => x + random.uniform(0, 0.5), { seed });
    const first = await p(1).toArray(0);
    expect(first.map(Math.floor)).toEqual(range(100));
    expect(new Set(first.map((x) => x % 1)).size).toBe(100);
    expect(await p(1).toArray(0)).toEqual(first);
    expect(await p(1).toArray(1)).not.toEqual(first);
    expect(await p(2).toArray(0)).not.toEqual(first);
  });

  test("says what to write instead of a bare window", () => {
    expect(() => from(3).shuffle(100 as never)).toThrow(/expected options, got 100; .* is \{ window: 100, seed: 1 \}/);
  });

  test("becomes a data set", async () => {
    const made = await from(3)
      .map((x) => ({ x: [x, 1], y: x }))
      .toDataset("mine");
    expect([made.size, made.inputShape, made.name, Array.from(made.targets.array.data)]).toEqual([
      ...[3, [2], "mine"],
      [0, 1, 2],
    ]);
  });
});

describe("in memory", () => {
  test("shuffles exactly: over many seeds each element comes to each place", async () => {
    const places = new Set<string>();
    for (let seed = 0; seed < 60; seed++)
      (await inMemory(6).shuffle({ seed }).toArray()).forEach((x, i) => places.add(`${x} at ${i}`));
    expect(places.size).toBe(36);
  });

  test("knows how many elements there are", async () => {
    const p = inMemory(10);
    const [a, b] = await p.split([0.7, 0.3]);
    const sizes = [p.map(String), p.shuffle(), p.take(3), p.skip(3), p.batch(4), p.cache(), p.concatenate(p), a!, b!];
    expect(sizes.map(({ size }) => size)).toEqual([10, 10, 3, 7, 3, 10, 20, 7, 3]);
    expect([p.filter(() => true).size, p.zip(inMemory(4)).size, p.prefetch().size]).toEqual([null, 4, 10]);
  });

  test("comes from a Dataset, with its scale, and from a Table", async () => {
    const pixels = new Uint8Array(12).map((_, i) => i);
    const dataset = Dataset.from({ inputs: { data: pixels, shape: [3, 2, 2], scale: 0.5 }, targets: [7, 8, 9] });
    const [batch] = await Pipeline.from(dataset).shuffle({ seed: 1 }).batch(3).toArray();
    expect(batch!.x).toMatchObject({ shape: [3, 2, 2], dtype: "uint8", scale: 0.5 });
    const order = Array.from(batch!.y.data, (y) => Number(y) - 7);
    expect(Array.from(batch!.x.data)).toEqual(order.flatMap((i) => range(4).map((k) => 4 * i + k)));
    const rows = await Pipeline.from(Table.from([{ a: 1, b: "x" }])).toArray();
    expect(rows).toEqual([{ a: 1, b: "x" }]);
  });

  test("splits the same rows as a table does, and a stream too", async () => {
    const table = Table.from(range(100).map((n) => ({ n })));
    const numbers = table.split([0.8, 0.2], { seed: 9 }).map((part) => Array.from(part.column("n").values as never));
    for (const p of [inMemory(100), Pipeline.from(table).map((row) => row["n"] as number)])
      expect(await Promise.all((await p.split([0.8, 0.2], { seed: 9 })).map((part) => part.toArray()))).toEqual(
        numbers,
      );
  });
});

describe("a stream", () => {
  test("is closed when it is broken off", async () => {
    let closed = 0;
    const p = Pipeline.from(async function* () {
      try {
        yield* range(1000);
      } finally {
        closed++;
      }
    });
    for await (const _ of p
      .map((x) => -x)
      .shuffle({ window: 8 })
      .batch(2, {})
      .prefetch(2))
      break;
    await p.take(5).toArray();
    await p.zip(inMemory(3)).toArray();
    expect(closed).toBe(3);
  });

  test("keeps no more than its window in memory", async () => {
    const made = range(5000);
    let latest = 0;
    let furthest = 0;
    const p = Pipeline.from(function* () {
      for (latest of made) yield latest;
    });
    let out = 0;
    for await (const _ of p.shuffle({ window: 100 }).batch(10)) {
      out += 10;
      furthest = Math.max(furthest, latest - out);
    }
    expect(furthest).toBeLessThan(100 + 2 * 64 + 10);
  });

  test("of a generator is used up after one epoch, and says so", async () => {
    const p = Pipeline.from(
      (function* () {
        yield 1;
      })(),
    );
    expect(await p.toArray()).toEqual([1]);
    await expect(p.toArray()).rejects.toThrow(/used up after one epoch; give the function/);
    const again = Pipeline.from(new Set([1, 2]));
    expect([await again.toArray(), await again.toArray()]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });
});

describe("training", () => {
  const x = range(40).map((i) => [Math.sin(i), Math.cos(3 * i)]);
  const examples = x.map(([a = 0, b = 0]) => ({ x: [a, b], y: [a * b] }));
  const make = (): Model =>
    sequential([layers.dense(6, { activation: "tanh" }), layers.dropout(0.2), layers.dense(1)], { seed: 2 }).compile({
      optimizer: optimizers.adam({ learningRate: 0.02 }),
      loss: "mse",
    });
  const bits = async (model: Model): Promise<string> =>
    JSON.stringify(Object.values(await model.getWeights()).map(({ data }) => Array.from(data)));

  test("on batches in the order of the data gives the bits of training on arrays", async () => {
    const [a, b] = [make(), make()];
    await a.fit(Pipeline.from(examples).batch(8), { epochs: 3 });
    await b.fit({ x, y: examples.map(({ y }) => y) }, { epochs: 3, batchSize: 8, shuffle: false });
    expect(await bits(a)).toBe(await bits(b));
  });

  test("gives each epoch an order of its own", async () => {
    const seen: number[][] = [];
    const p = Pipeline.from(examples.map((own, i) => ({ ...own, i })))
      .shuffle({ seed: 5 })
      .map(({ x, y, i }) => {
        seen[seen.length - 1]?.push(i);
        return { x, y };
      })
      .batch(40);
    await make().fit(p, { epochs: 3, callbacks: [{ onEpochBegin: () => void seen.push([]) }] });
    // The first batch is made before the first epoch begins.
    const [, second, third] = seen;
    expect(sorted(second!)).toEqual(range(40));
    expect(sorted(third!)).toEqual(range(40));
    expect(third).not.toEqual(second);
  });

  test.each<[string, () => unknown]>([
    ["in memory", () => Pipeline.from(examples).shuffle({ seed: 7 }).batch(8)],
    [
      "from a stream",
      () =>
        Pipeline.from(function* () {
          yield* examples;
        })
          .shuffle({ seed: 7, window: 16 })
          .augment((own, random) => ({ ...own, y: [own.y[0]! + random.normal(0, 0.1)] }))
          .batch(8)
          .prefetch(2),
    ],
    [
      "of a function that is given the epoch",
      () =>
        function* (epoch: number) {
          for (let i = 0; i < 40; i += 8) yield { x: x.slice(i, i + 8), y: x.slice(i, i + 8).map(() => [epoch]) };
        },
    ],
  ])("goes on from a checkpoint with the same bits, %s", async (_, source) => {
    const options = () => ({
      epochs: 4,
      callbacks: [callbacks.learningRateScheduler((epoch: number) => 0.02 / (1 + epoch))],
    });
    const whole = make();
    await whole.fit(source() as never, options());
    for (const cuts of [[3], [5, 7]]) {
      const checkpoint = path.join(folder, `${Math.random()}.checkpoint`);
      for (const cut of cuts) {
        const controller = new AbortController();
        let steps = 0;
        const stop: Callback = { onBatchEnd: () => void (++steps === cut && controller.abort()) };
        await make().fit(source() as never, {
          ...options(),
          callbacks: [...options().callbacks, stop],
          checkpoint,
          resume: true,
          signal: controller.signal,
        });
      }
      const last = make();
      await last.fit(source() as never, { ...options(), checkpoint, resume: true });
      expect(await bits(last)).toBe(await bits(whole));
    }
  });

  test("evaluates, and validates, the same data each time", async () => {
    const p = Pipeline.from(examples).shuffle({ seed: 1 });
    const model = make();
    const { epochs } = await model.fit(p.batch(8), { epochs: 2, validationData: p.take(16).batch(8) });
    expect(await model.evaluate(p.take(16).batch(8))).toEqual({ loss: epochs[1]!["valLoss"] });
  });
});

describe("a table that stays in its file", () => {
  const lines = range(20_000).map(
    (i) => `${i},${(i % 7) / 2},${["red", "green", "blue"][i % 3]},${i % 11 ? i % 5 : ""}`,
  );
  const at = path.join(folder, "long.csv");
  fs.writeFileSync(at, `n,half,colour,gap\n${lines.join("\n")}\n`);

  test("gives the rows and the types that reading gives", async () => {
    const [table, stream] = [await readTable(at), await streamTable(at)];
    expect(stream.size).toBe(20_000);
    expect(stream.schema).toEqual(table.schema);
    let rows = 0;
    for await (const part of stream) {
      for (const i of [0, part.size - 1]) expect(part.row(i)).toEqual(table.row(rows + i));
      rows += part.size;
      expect(part.size).toBeLessThan(20_000);
    }
    expect(rows).toBe(20_000);
    expect((await stream.head(2)).row(1)).toEqual(table.row(1));
  });

  test("splits the rows that a table splits, and teaches an encoder the same", async () => {
    const [table, stream] = [await readTable(at), await streamTable(at)];
    const parts = table.split([0.8, 0.2], { seed: 4 });
    const streams = stream.split([0.8, 0.2], { seed: 4 });
    for (const [i, part] of parts.entries()) {
      const numbers: number[] = [];
      for await (const own of streams[i]!) numbers.push(...(own.column("n").values as Float64Array));
      expect(numbers).toEqual(Array.from(part.column("n").values as Float64Array));
    }
    const own = await TableEncoder.fit(parts[0]!, { target: "half" });
    const other = await TableEncoder.fit(streams[0]!, { target: "half" });
    expect(JSON.stringify(other)).toBe(JSON.stringify(own));
    const [a, b] = [own.examples(parts[1]!), own.examples(streams[1]!)];
    expect(a.size).toBe(4000);
    expect(await b.take(500).toArray()).toEqual(await a.take(500).toArray());
    for (const options of [{ stratify: "colour" }, { group: "colour" }]) {
      const counted = [0, 0];
      for (const [i, part] of stream.split([0.5, 0.5], options).entries())
        for await (const rows of part) counted[i]! += rows.size;
      expect(counted[0]! + counted[1]!).toBe(20_000);
      if ("stratify" in options) expect(Math.abs(counted[0]! - 10_000)).toBeLessThan(20);
    }
    expect(() => stream.split([0.5], { group: "color" })).toThrow(/got "color". Did you mean "colour"/);
  });

  test("finds out the types from all values, wherever the odd one stands", async () => {
    const odd = path.join(folder, "odd.csv");
    fs.writeFileSync(odd, `a,b,c\n${"1,2,\n".repeat(3000)}x,2.5,2024-01-01\n`);
    const [table, stream] = [await readTable(odd), await streamTable(odd)];
    expect(stream.schema).toEqual(table.schema);
    expect(stream.schema.map(({ type }) => type)).toEqual(["category", "number", "date"]);
    const given = { types: { a: "text", b: "category" } as const };
    expect((await streamTable(odd, given)).schema).toEqual((await readTable(odd, given)).schema);
    await expect(streamTable(odd, { types: { a: "integer" } })).rejects.toThrow(/line 3002: expected an integer.*"x"/);
    expect((await streamTable(odd, { rows: 10 })).size).toBe(10);
  });

  test("that changes while it is read is told", async () => {
    const changing = path.join(folder, "changing.csv");
    fs.writeFileSync(changing, "a,b\n1,2\n3,4\n");
    const stream = await streamTable(changing);
    fs.writeFileSync(changing, "a,b\n1,x\n3,4\n");
    await expect(stream.head()).rejects.toThrow(FileError);
  });
});

describe("bad input", () => {
  const p = inMemory(4);
  test.each<[string, () => unknown, new (...args: never[]) => Error, RegExp]>([
    ["no source", () => Pipeline.from(5 as never), ArgumentError, /expected a list.*got 5/],
    ["a function that makes nothing", () => Pipeline.from((() => 5) as never).toArray(), ArgumentError, /got 5/],
    ["map without a function", () => p.map(3 as never), ArgumentError, /map: expected a function/],
    ["a batch of none", () => p.batch(0), ArgumentError, /batch: expected the size/],
    ["an unknown option", () => p.batch(2, { drop: true } as never), ArgumentError, /unknown option "drop"/],
    ["a window of none", () => p.shuffle({ window: 0 }), ArgumentError, /shuffle: expected window/],
    ["a seed that is none", () => p.shuffle({ seed: 0.5 }), ArgumentError, /expected a seed/],
    ["take less than none", () => p.take(-1), ArgumentError, /take: expected the count/],
    ["an epoch that is none", () => p.epoch(-1), ArgumentError, /epoch: expected the index/],
    ["shares above 1", () => p.split([0.9, 0.2]), ArgumentError, /sum to at most 1/],
    ["shares above 1 of a stream", () => fromStream(4).split([0.9, 0.2]), ArgumentError, /sum to at most 1/],
    ["no shares", () => p.split([]), ArgumentError, /list of shares/],
    ["no pipeline to join", () => p.concatenate([1] as never), ArgumentError, /expected pipelines/],
    ["nothing to zip", () => Pipeline.zip([]), ArgumentError, /at least one pipeline/],
    [
      "no classes",
      () =>
        p
          .filter(() => false)
          .balance(String)
          .toArray(),
      ArgumentError,
      /at least one element/,
    ],
    [
      "promised classes",
      () => p.balance((async () => 1) as never).toArray(),
      ArgumentError,
      /balance: expected a text/,
    ],
    [
      "arrays as strata",
      () => p.split([0.5], { stratify: (x) => [x] as never }),
      ArgumentError,
      /split: expected a text/,
    ],
    ["an unknown way to balance", () => p.balance(String, { by: "x" as never }), ArgumentError, /one of oversample/],
    [
      "ragged elements",
      () =>
        Pipeline.from([[1, 2], [3]])
          .batch(2)
          .toArray(),
      ShapeError,
      /one shape, \[2\].*got \[1\]/,
    ],
    ["texts", () => Pipeline.from(["a"]).batch(1).toArray(), ShapeError, /expected numbers.*got "a"/],
    [
      "other names",
      () =>
        Pipeline.from([{ x: 1 }, { z: 1 }])
          .batch(2)
          .toArray(),
      ShapeError,
      /expected x in each/,
    ],
    ["no examples", () => p.toDataset(), ArgumentError, /elements \{ x, y \}/],
  ])("%s", async (_, act, kind, message) => {
    const error = await Promise.resolve()
      .then(act)
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toMatch(message);
  });
});

test("a text and its encoder make a pipeline that trains", async () => {
  const table = await parseTable(
    `a,b,y\n${range(200)
      .map((i) => `${i % 10},${(i * 7) % 13},${i % 10 > 4 ? "up" : "down"}`)
      .join("\n")}`,
  );
  const encoder = await TableEncoder.fit(table, { target: "y" });
  const model = sequential([layers.dense(2)], { seed: 1 });
  model.compile({
    optimizer: optimizers.adam({ learningRate: 0.1 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  await model.fit(encoder.examples(table).shuffle({ seed: 1 }).batch(20), { epochs: 10 });
  expect((await model.evaluate(encoder.dataset(table)))["accuracy"]).toBe(1);
});
