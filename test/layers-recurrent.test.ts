// Recurrent layers: whole, against PyTorch's values and gradients, masks, states, cells of one's own.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  type CellInputs,
  functional,
  gradients,
  input,
  Layer,
  layers,
  loadModel,
  random,
  sequential,
  type Tensor,
  tensor,
} from "../src/index.ts";
import type { RNN } from "../src/nn/recurrent/rnn.ts";
import { weightsOf } from "../src/nn/tree/weights.ts";
import { difference } from "./compare.ts";
import { Leaky } from "./layer-cases/recurrent.ts";

const numbers = async (x: Tensor): Promise<number[]> => [...(await x.data())] as number[];
/** Numbers in ±1 in no order. */
const draw = (shape: readonly number[], seed = 1): Tensor =>
  random.uniform(random.key(seed), shape, { min: -1, max: 1 });

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface Golden {
  readonly name: "simpleRNN" | "lstm" | "gru";
  readonly options: { readonly units: number };
  readonly inputs: readonly Numbers[];
  readonly mask?: readonly boolean[][];
  readonly value: Numbers;
  readonly weights: Numbers;
  readonly gradients: readonly Numbers[];
}
const goldens = (
  JSON.parse(readFileSync(new URL("./goldens/recurrent.json", import.meta.url), "utf8")) as { cases: Golden[] }
).cases;
const given = ({ data, shape }: Numbers): Tensor => tensor(Float32Array.from(data), { shape });
const agrees = async (x: Tensor, data: readonly number[]): Promise<void> =>
  expect(difference(await x.data(), [...data], "float32", { relative: 2e-5, floor: 0.01 })).toBeNull();

const make: Record<Golden["name"], (units: number, options: object) => RNN> = layers as never;

describe("PyTorch's values, last states and gradients", () => {
  const titled = goldens.map((golden, i) => {
    const { name, options, mask } = golden;
    return [`${i}: ${name} ${JSON.stringify(options)}${mask ? " with a mask" : ""}`, golden] as const;
  });
  test.each(titled)("%s", async (_, golden) => {
    const [x, kernel, recurrentKernel, bias, ...initialState] = golden.inputs.map(given) as [Tensor, ...Tensor[]];
    const { units, ...options } = golden.options;
    const layer = make[golden.name](units, { ...options, returnSequences: true, returnState: true });
    const inputs = { x, initialState };
    layer.apply(inputs);
    const weights = weightsOf(layer);
    weights.assign({ "cell/kernel": kernel!, "cell/recurrentKernel": recurrentKernel!, "cell/bias": bias! });
    const flat = weights.trainedRanges(new Set())[0]!.variable.value;
    const mask = golden.mask && { x: tensor(golden.mask as unknown as number[][]).cast("bool"), initialState: [] };
    const outputs = layer.apply(inputs, mask ? { mask: mask as never } : {}) as never as readonly Tensor[];
    const [sequence, ...states] = outputs.map((y) => y.reshape([-1]));
    const sizes = [sequence!, ...states].map((y) => y.size);
    const wanted = golden.value.data;
    await agrees(sequence!, wanted.slice(0, sizes[0]));
    for (const [i, state] of states.entries()) {
      const from = sizes[0]! + i * sizes[1]!;
      await agrees(state, wanted.slice(from, from + sizes[1]!));
    }
    let from = 0;
    const loss = [sequence!, ...states]
      .map((y) => y.mul(tensor(golden.weights.data.slice(from, (from += y.size)))).sum())
      .reduce((a, b) => a.add(b));
    const [dx, dFlat, ...dStates] = gradients(loss, [x, flat, ...initialState]);
    const slopes = golden.gradients.map(({ data }) => data);
    await agrees(dx!, slopes[0]!);
    await agrees(dFlat!, slopes.slice(1, 4).flat());
    for (const [i, slope] of dStates.entries()) await agrees(slope, slopes[4 + i]!);
  });
});

const bools = (rows: readonly (readonly number[])[]): Tensor => tensor(rows as number[][]).cast("bool");
/** Two sequences of 5 steps with 3 features, of which 3 and 5 steps count. */
const padded = draw([2, 5, 3], 4);
const lengths = [3, 5];
const right = bools([
  [1, 1, 1, 0, 0],
  [1, 1, 1, 1, 1],
]);
const close = async (x: Tensor, y: Tensor): Promise<void> => agrees(x, await numbers(y));

describe("masks", () => {
  const kinds: Record<string, (units: number, options: any) => Layer> = {
    simpleRNN: layers.simpleRNN,
    lstm: layers.lstm,
    gru: layers.gru,
    rnn: (units: number, options: object) => layers.rnn(new Leaky({ units }), options),
    stacked: (units: number, options: object) => layers.rnn([layers.gruCell(2), layers.lstmCell(units)], options),
  };
  test.each(Object.entries(kinds))("%s: padding at the end changes nothing", async (_, kind) => {
    const layer = kind(4, { returnSequences: true, returnState: true });
    const [sequence, ...states] = layer.apply(padded, { mask: right }) as readonly Tensor[];
    for (const [i, n] of lengths.entries()) {
      const [short, ...last] = layer.apply(padded.at([i, i + 1], [0, n])) as readonly Tensor[];
      await close(sequence!.at([i, i + 1], [0, n]), short!);
      for (const [k, state] of states.entries()) await close(state.at([i, i + 1]), last[k]!);
    }
    // A masked step repeats the output.
    await close(sequence!.at(0, 3), sequence!.at(0, 2));
    await close(sequence!.at(0, 4), sequence!.at(0, 2));
  });
  test.each(Object.entries(kinds))("%s: the last output is that of the last step that counts", async (_, kind) => {
    const layer = kind(4, {});
    const y = layer.apply(padded, { mask: right }) as Tensor;
    for (const [i, n] of lengths.entries())
      await close(y.at([i, i + 1]), layer.apply(padded.at([i, i + 1], [0, n])) as Tensor);
  });
  test("a cell of one's own whose output is no state gives zeros before the first step that counts", async () => {
    const layer = layers.rnn(new Leaky({ units: 2 }), { returnSequences: true });
    const y = layer.apply(draw([1, 3, 2]), { mask: bools([[0, 1, 1]]) });
    expect(await numbers(y.at(0, 0))).toEqual([0, 0]);
    expect(await numbers(y.at(0, 1))).toEqual(await numbers(layer.apply(draw([1, 3, 2]).at([], [1, 2])).at(0, 0)));
  });
  test("come from an embedding, go through layers that keep the steps, and end with them", async () => {
    const model = sequential(
      [
        layers.embedding(9, 3, { maskZero: true }),
        layers.dropout(0.5),
        layers.lstm(3, { returnSequences: true }),
        layers.gru(2),
        layers.dense(1),
      ],
      { inputShape: [5], seed: 2 },
    );
    const long = model.result(tensor([[4, 7, 2, 0, 0]]));
    expect(long.mask).toBe(null);
    const bare = [4, 7, 2];
    let y: Tensor = tensor([bare]);
    for (const layer of model.layers) y = layer.apply(y) as Tensor;
    await close(long.output as Tensor, y);
  });
  test("of a layer that runs backwards are turned round with its outputs", async () => {
    const layer = layers.gru(2, { returnSequences: true, goBackwards: true });
    const model = sequential([layer], { inputShape: [5, 3] });
    expect(await numbers(model.result(padded, { mask: right }).mask as Tensor)).toEqual([0, 0, 1, 1, 1, 1, 1, 1, 1, 1]);
  });
  test.each(["concat", "sum", "mul", "ave"] as const)(
    "bidirectional %s: each direction sees its own steps",
    async (mergeMode) => {
      const layer = layers.bidirectional(layers.lstm(2, { returnSequences: true }), { mergeMode });
      const y = layer.apply(padded, { mask: right });
      for (const [i, n] of lengths.entries()) {
        const x = padded.at([i, i + 1], [0, n]);
        const [a, b] = [layer.forwardLayer.apply(x) as Tensor, (layer.backwardLayer.apply(x) as Tensor).flip(1)];
        const wanted = {
          concat: () => [a, b],
          sum: () => [a.add(b)],
          mul: () => [a.mul(b)],
          ave: () => [a.add(b).div(2)],
        };
        const parts = wanted[mergeMode]();
        for (const [k, part] of parts.entries()) await close(y.at([i, i + 1], [0, n], [2 * k, 2 * k + 2]), part);
      }
      expect((await numbers(y.at(0, [3, 5]))).every((v) => v === 0)).toBe(true);
    },
  );
});

describe("states", () => {
  test("the last ones go on where a sequence was cut", async () => {
    const x = draw([2, 6, 3]);
    for (const layer of [
      layers.lstm(4, { returnState: true }),
      layers.gru(4, { returnState: true }),
      layers.rnn([layers.simpleRNNCell(2), layers.lstmCell(4)], { returnState: true }),
    ]) {
      const [whole] = layer.apply(x);
      const [, ...initialState] = layer.apply(x.at([], [0, 4]));
      await close(layer.apply({ x: x.at([], [4, 6]), initialState })[0]!, whole!);
    }
  });
  test("goBackwards gives what the turned sequence gives", async () => {
    const [ahead, back] = [true, false].map((goBackwards) => layers.lstm(2, { goBackwards, returnSequences: true }));
    const x = draw([2, 4, 3]);
    ahead!.apply(x);
    back!.apply(x);
    const values = await weightsOf(ahead!).read();
    weightsOf(back!).assign(values);
    await close(back!.apply(x.flip(1)), ahead!.apply(x));
  });
  test("a stateful layer goes on from call to call, in fit and predict too", async () => {
    const x = draw([2, 6, 3]);
    const make = (options: object) => sequential([layers.gru(4, options)], { inputShape: [3, 3], seed: 3 });
    const [model, plain] = [make({ stateful: true, batchSize: 2 }), make({}).build()];
    const layer = model.layers[0] as RNN;
    const [one, two] = [x.at([], [0, 3]), x.at([], [3, 6])];
    const whole = plain.layers[0]!;
    await model.predict(one);
    await close(await model.predict(two), whole.apply(x) as Tensor);
    layer.resetStates();
    await close(await model.predict(one), whole.apply(one) as Tensor);
    layer.resetStates();
    await close(model.apply(one), whole.apply(one) as Tensor);
    await close(model.apply(two), whole.apply(x) as Tensor);
    const before = (await model.getWeights())["gru_1/state_0"]!.data.slice();
    model.compile({ optimizer: "adam", loss: "mse" });
    await model.fit(one, draw([2, 4]), { batchSize: 2 });
    expect((await model.getWeights())["gru_1/state_0"]!.data).not.toEqual(before);
    expect(() => model.apply(draw([3, 3, 3]))).toThrow(
      /layer gru_1 \(GRU\) is stateful: expected batches of 2 examples, got 3; let the number of examples be/,
    );
    // Shapes may be inferred again, as part of another model, without a change of the state.
    const held = await model.getWeights();
    layer.apply(input([3, 3]));
    expect(await model.getWeights()).toEqual(held);
  });
  test("an encoder's last states start a decoder", async () => {
    const [source, target] = [input([4, 3]), input([5, 2])];
    const [, ...state] = layers.lstm(6, { returnState: true }).apply(source);
    const decoded = layers.lstm(6, { returnSequences: true }).apply({ x: target, initialState: state });
    const model = functional({ inputs: [source, target], outputs: layers.dense(2).apply(decoded), seed: 1 });
    const inputs = [draw([2, 4, 3]), draw([2, 5, 2], 2)];
    const loaded = await loadModel(await model.toBytes());
    expect(await numbers(loaded.apply(inputs) as Tensor)).toEqual(await numbers(model.apply(inputs) as Tensor));
    expect(model.outputShape).toEqual([5, 2]);
    const other = model.apply([inputs[0]!.mul(2), inputs[1]!]) as Tensor;
    expect(await numbers(other)).not.toEqual(await numbers(model.apply(inputs) as Tensor));
  });
  test("bidirectional returns those of both directions, and takes them", async () => {
    const layer = layers.bidirectional(layers.lstm(2, { returnState: true }), { mergeMode: null });
    const x = draw([1, 3, 2]);
    const outputs = layer.apply(x);
    expect(outputs.map((y) => y.shape)).toEqual(Array(6).fill([1, 2]));
    await close(outputs[0]!, outputs[2]!);
    await close(outputs[1]!, outputs[4]!);
    const initialState = outputs.slice(2);
    const again = layer.apply({ x, initialState });
    const [ahead] = layer.forwardLayer.apply({ x, initialState: initialState.slice(0, 2) }) as readonly Tensor[];
    const [back] = layer.backwardLayer.apply({ x, initialState: initialState.slice(2) }) as readonly Tensor[];
    await close(again[0]!, ahead!);
    await close(again[1]!, back!);
  });
});

describe("cells", () => {
  test("one step alone is one step of the layer", async () => {
    const x = draw([2, 1, 3]);
    for (const cell of [layers.lstmCell(4), layers.gruCell(4), layers.simpleRNNCell(4)]) {
      const layer = layers.rnn(cell);
      const all = layer.apply(x);
      const states = cell.stateSize.map((n) => tensor(new Float32Array(2 * n), { shape: [2, n] }));
      await close(cell.apply({ x: x.at([], 0), states }).output, all);
    }
  });
  test("a list of cells is a stack of layers", async () => {
    const [first, second] = [layers.lstmCell(4), layers.gruCell(3)];
    const x = draw([2, 5, 3]);
    const stacked = layers.rnn([first, second], { returnSequences: true });
    const y = stacked.apply(x);
    const [one, two] = [layers.rnn(first, { returnSequences: true }), layers.rnn(second, { returnSequences: true })];
    await close(y, two.apply(one.apply(x)));
  });
  test("the bias of the forget gate begins with 1", async () => {
    const biases = async (options: object) => {
      const model = sequential([layers.lstm(2, { biasInitializer: "zeros", ...options })], { inputShape: [1, 1] });
      return [...(await model.getWeights())["lstm_1/cell/bias"]!.data];
    };
    expect(await biases({})).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
    expect(await biases({ unitForgetBias: false })).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });
  test("the recurrent kernel begins orthogonal", async () => {
    const model = sequential([layers.simpleRNN(5)], { inputShape: [1, 1] });
    const { data } = (await model.getWeights())["simple_rnn_1/cell/recurrentKernel"]!;
    const u = tensor(data as Float32Array, { shape: [5, 5] });
    (await u.matmul(u.transpose()).data()).forEach((v, i) => expect(v).toBeCloseTo(i % 6 === 0 ? 1 : 0, 5));
  });
  test("dropout sets the same inputs, and the same parts of the state, to zero at all steps", async () => {
    const run = async (options: object, x: Tensor) => {
      const layer = layers.simpleRNN(400, {
        activation: "linear",
        useBias: false,
        kernelInitializer: "identity",
        recurrentInitializer: "identity",
        returnSequences: true,
        ...options,
      });
      return numbers(layer.apply(x, { training: true, key: random.key(3) }));
    };
    const ones = tensor(new Float32Array(3 * 400).fill(1), { shape: [1, 3, 400] });
    const sums = await run({ dropout: 0.25 }, ones);
    const isKept = sums.slice(0, 400).map((v) => v !== 0);
    expect(isKept.filter(Boolean).length / 400).toBeCloseTo(0.75, 1);
    sums.forEach((v, i) => expect(v).toBeCloseTo(isKept[i % 400] ? (1 + Math.floor(i / 400)) / 0.75 : 0, 5));
    const states = await run({ recurrentDropout: 0.5 }, ones);
    const isHeld = states.slice(400, 800).map((v) => v !== 1);
    expect(isHeld.filter(Boolean).length / 400).toBeCloseTo(0.5, 1);
    states.slice(800).forEach((v, i) => expect(v).toBe(isHeld[i] ? 7 : 1));
  });
  test("functions of one's own are taken for activations, and copied by bidirectional", async () => {
    const half = (x: Tensor) => x.mul(0.5);
    const layer = layers.bidirectional(layers.lstm(2, { activation: half, recurrentActivation: "hardSigmoid" }));
    expect(layer.apply(draw([1, 2, 2])).shape).toEqual([1, 4]);
  });
  test("bidirectional copies cells of one's own by their config", async () => {
    const layer = layers.bidirectional(layers.rnn([new Leaky({ units: 2 }), layers.gruCell(3)]));
    expect(layer.apply(draw([1, 2, 2])).shape).toEqual([1, 6]);
  });
});

describe("bad input", () => {
  const x = tensor(new Float32Array(12), { shape: [2, 3, 2] });
  test.each([
    [
      "inputs without steps",
      () => layers.lstm(2).apply([[1]]),
      /LSTM.*: expected sequences \[batch, steps, \.\.\.features\], none of the axes empty, got \[batch,1\]/,
    ],
    [
      "an unknown option",
      () => layers.lstm(2, { returnSequence: true } as never),
      /lstm: unknown option "returnSequence"\. Did you mean "returnSequences"\?/,
    ],
    [
      "an unknown activation",
      () => layers.gru(2, { recurrentActivation: "sigmiod" as never }),
      /Did you mean "sigmoid"\?/,
    ],
    ["no units", () => layers.simpleRNN(0), /simpleRNN: expected units to be an integer from 1 up, got 0/],
    [
      "a dropout of 1",
      () => layers.lstm(2, { dropout: 1 }),
      /lstm: expected dropout to be a number from 0 to below 1, got 1/,
    ],
    [
      "too few states",
      () => layers.lstm(2).apply({ x, initialState: [x.at([], 0)] }),
      /expected initialState to be \[2,2\], \[2,2\], got \[2,2\]/,
    ],
    [
      "a layer that is no cell",
      () => layers.rnn(layers.dense(2) as never),
      /rnn: expected a cell: a layer whose stateSize is .* got layer Dense with undefined/,
    ],
    [
      "what is no layer",
      () => layers.rnn(3 as never),
      /rnn: cell: expected a layer such as layers\.dense\(10\), got 3/,
    ],
    ["no cells", () => layers.rnn([]), /expected a list of cells such as \[layers\.lstmCell\(8\)\], got an empty list/],
    [
      "a stateful layer without a size",
      () => layers.gru(2, { stateful: true }),
      /gru: a stateful layer keeps a state of each example: give \{ batchSize \}/,
    ],
    ["a batch size for nothing", () => layers.gru(2, { batchSize: 2 }), /batchSize is for stateful layers/],
    [
      "no recurrent layer",
      () => layers.bidirectional(layers.dense(2) as never),
      /bidirectional: layer: expected a recurrent layer such as layers\.lstm\(8\), got layer Dense/,
    ],
    [
      "two layers of one direction",
      () => layers.bidirectional(layers.gru(2), { backwardLayer: layers.gru(2) }),
      /expected a backwardLayer that runs the other way/,
    ],
    [
      "layers that return different things",
      () =>
        layers.bidirectional(layers.gru(2), {
          backwardLayer: layers.gru(2, { goBackwards: true, returnSequences: true }),
        }),
      /expected both layers to have the same returnSequences/,
    ],
    [
      "an unknown merge",
      () => layers.bidirectional(layers.gru(2), { mergeMode: "con" as never }),
      /unknown mergeMode "con"/,
    ],
    [
      "an embedding of nothing",
      () => layers.embedding(0, 2),
      /embedding: expected inputDim to be an integer from 1 up, got 0/,
    ],
    [
      "a time-distributed nothing",
      () => layers.timeDistributed(null as never),
      /timeDistributed: layer: expected a layer such as layers\.dense\(10\), got null/,
    ],
  ])("%s", (_, make, message) => expect(make as () => unknown).toThrow(message));
  test("a cell that returns something else", () => {
    class Odd extends Layer<CellInputs, any> {
      readonly stateSize = 2;
      call({ states }: CellInputs) {
        return { output: states[0]!, states: [] };
      }
    }
    expect(() => layers.rnn(new Odd() as never).apply(x)).toThrow(
      /expected a cell that returns \{ output, states \} with 1 state, got 0/,
    );
  });
});
