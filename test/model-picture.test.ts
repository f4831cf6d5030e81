// The drawing of a model: every layer and arrow is there, boxes do not overlap, names are escaped, bits are the same.
import { describe, expect, test } from "vitest";
import { functional, input, layers, Model, type SymbolicTensor, sequential, type Tensor } from "../src/index.ts";
import { layered } from "../src/models/layered.ts";
import { layerGraph } from "../src/nn/tree/layer-graph.ts";
import { hostRandom } from "../src/random.ts";

interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const rects = (svg: string, pattern: RegExp): Rect[] =>
  [...svg.matchAll(/<rect ([^>]*)>/g)].flatMap(([, attributes = ""]) => {
    if (!pattern.test(attributes)) return [];
    const number = (name: string): number => Number(new RegExp(`\\b${name}="(-?[\\d.]+)"`).exec(attributes)?.[1]);
    return [{ x: number("x"), y: number("y"), width: number("width"), height: number("height") }];
  });
const boxesOf = (svg: string): Rect[] => rects(svg, /hsl/);
const framesOf = (svg: string): Rect[] => rects(svg, /currentColor/);
const arrowsOf = (svg: string): number => svg.match(/L[^"]*Z"/g)?.length ?? 0;
const textsOf = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text!);

const overlap = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const holds = (a: Rect, b: Rect): boolean =>
  a.x <= b.x && a.y <= b.y && a.x + a.width >= b.x + b.width && a.y + a.height >= b.y + b.height;

function expectApart(boxes: readonly Rect[]): void {
  boxes.forEach((a, i) => {
    for (const b of boxes.slice(i + 1)) expect(overlap(a, b), `${JSON.stringify(a)} ${JSON.stringify(b)}`).toBe(false);
  });
}

test("a sequential model is a column", async () => {
  const model = sequential([layers.conv1d(4, 3), layers.dropout(0.5), layers.flatten(), layers.dense(2)], {
    inputShape: [8, 1],
  });
  const svg = await model.toSVG();
  const boxes = boxesOf(svg);
  expect(boxes).toHaveLength(5);
  for (const { x, width } of boxes) expect(x + width / 2).toBeCloseTo(boxes[0]!.x + boxes[0]!.width / 2, 0);
  expect(boxes.map(({ y }) => y)).toEqual([16, 108, 200, 292, 384]);
  expect(arrowsOf(svg)).toBe(4);
  expect(textsOf(svg)).toEqual([
    ...["input", "Input [batch,8,1]", "conv1d_1", "Conv1D [batch,6,4]", "dropout_1", "Dropout [batch,6,4]"],
    ...["flatten_1", "Flatten [batch,24]", "dense_1", "Dense [batch,2]"],
  ]);
  expect(await model.toSVG()).toBe(svg);
});

test("a layer that declares the input stands for it", async () => {
  const model = sequential([layers.input([3], { name: "data" }), layers.dense(2)]);
  expect(layerGraph(model).map(({ id, inputs }) => [id, ...inputs])).toEqual([["data"], ["dense_1", "data"]]);
});

test("models within the model are frames, and a second call is told apart", async () => {
  const block = sequential([layers.dense(6)], { name: "block" });
  const encoder = sequential([layers.dense(8), block], { name: "encoder" });
  const [a, b] = [input([3], { name: "a" }), input([3], { name: "b" })];
  const y = layers.concatenate().apply([encoder.apply(a), encoder.apply(b), block.apply(layers.dense(8).apply(a))]);
  const model = functional({ inputs: { a, b }, outputs: y });
  const graph = layerGraph(model);
  expect(graph.map(({ id, inputs, groups }) => [id, inputs.join(), groups.join()])).toEqual([
    ["a", "", ""],
    ["b", "", ""],
    ["encoder/dense_1", "a", "encoder"],
    ["encoder/block/dense_1", "encoder/dense_1", "encoder,encoder/block"],
    ["encoder/dense_1 (2)", "b", "encoder (2)"],
    ["encoder/block/dense_1 (2)", "encoder/dense_1 (2)", "encoder (2),encoder/block (2)"],
    ["dense_1", "a", ""],
    ["encoder/block/dense_1 (3)", "dense_1", "encoder/block (3)"],
    ["concatenate_1", "encoder/block/dense_1,encoder/block/dense_1 (2),encoder/block/dense_1 (3)", ""],
  ]);
  const svg = await model.toSVG();
  const [boxes, frames] = [boxesOf(svg), framesOf(svg)];
  expect([boxes.length, frames.length]).toEqual([9, 5]);
  expectApart(boxes);
  // Each frame holds its boxes whole, and cuts none.
  expect(frames.map((frame) => boxes.filter((box) => holds(frame, box)).length).sort()).toEqual([1, 1, 1, 2, 2]);
  for (const frame of frames) for (const box of boxes) expect(overlap(frame, box)).toBe(holds(frame, box));
  expect(textsOf(svg)).toContain("dense_1 · call 3");
});

test("a class of one's own shows what flows between layers, and what it computes last", async () => {
  class Residual extends Model {
    readonly first = layers.dense(3);
    readonly second = layers.dense(3);
    readonly drop = layers.dropout(0.5);
    call(x: Tensor): Tensor {
      const h = this.drop.apply(this.first.apply(x));
      return this.second.apply(h.add(x).relu()).add(h);
    }
  }
  const model = new Residual().build([3]);
  expect(layerGraph(model).map(({ id, inputs }) => [id, ...inputs])).toEqual([
    ["input"],
    ["first", "input"],
    ["drop", "first"],
    ["second", "drop", "input"],
    ["output", "second", "drop"],
  ]);
  expect(arrowsOf(await model.toSVG())).toBe(6);
});

test("recurrent layers and layers that hold layers are one box", async () => {
  const model = sequential(
    [
      layers.bidirectional(layers.lstm(3, { returnSequences: true })),
      layers.rnn(layers.simpleRNNCell(2)),
      layers.dense(1),
    ],
    {
      inputShape: [5, 2],
    },
  );
  expect(layerGraph(model).map(({ className }) => className)).toEqual(["Input", "Bidirectional", "RNN", "Dense"]);
});

test("names are escaped", async () => {
  const name = '<b>&"quoted"</b>'.replace("/", "|");
  const svg = await sequential([layers.dense(1, { name })], { inputShape: [1], name: "<m>" }).toSVG();
  expect(svg).toContain("&lt;b&gt;&amp;&quot;quoted&quot;&lt;|b&gt;");
  expect(svg).toContain("<title>Model &lt;m&gt;</title>");
  expect(svg).not.toMatch(/<b>|<m>/);
});

test("a model without shapes says what it lacks", async () => {
  await expect(sequential([layers.dense(1)]).toSVG()).rejects.toThrow(/does not know its input shape yet/);
});

describe("any graph", () => {
  test("of layers, seeded: each is drawn, no boxes overlap, arrows point downwards", async () => {
    for (let seed = 1; seed <= 25; seed++) {
      const random = hostRandom(seed);
      const x = input([4]);
      const all: SymbolicTensor[] = [x];
      for (let i = 0; i < 1 + random.below(20); i++) {
        const [a, b] = [all[random.below(all.length)]!, all[random.below(all.length)]!];
        all.push(a === b ? layers.dense(4).apply(a) : layers.add().apply([a, b]));
      }
      const model = functional({ inputs: x, outputs: all.slice(1) });
      const graph = layerGraph(model);
      const svg = await model.toSVG();
      expect(boxesOf(svg)).toHaveLength(graph.length);
      expectApart(boxesOf(svg));
      expect(arrowsOf(svg)).toBe(graph.reduce((n, { inputs }) => n + inputs.length, 0));
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    }
  });
  test("keeps long edges clear of boxes, and equal neighbours in the middle", () => {
    const box = (id: string, ...inputs: string[]) => ({ id, width: 100, height: 50, inputs });
    const { places, edges } = layered([box("a"), box("b", "a"), box("c", "b"), box("d", "a", "c")]);
    const skip = edges.find(({ from, to }) => from === "a" && to === "d")!;
    for (const { x, y } of skip.points.slice(1, -1))
      for (const id of ["b", "c"]) {
        const place = places.get(id)!;
        if (y >= place.y && y <= place.y + 50) expect(Math.abs(x - place.x)).toBeGreaterThan(60);
      }
    const fan = layered([box("a"), box("b", "a"), box("c", "a")]).places;
    expect((fan.get("b")!.x + fan.get("c")!.x) / 2).toBeCloseTo(fan.get("a")!.x, 6);
  });
});
