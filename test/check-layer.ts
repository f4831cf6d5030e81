// Checks a layer: shapes, gradients in training and outside, statistics, a step of training, configuration,
// files.
import { expect } from "vitest";
import { interpret, type Values } from "../src/backends/reference/interpret.ts";
import { gradients } from "../src/gradient.ts";
import { closeGraph } from "../src/graph/graph.ts";
import {
  Layer,
  layers,
  loadModel,
  optimizers,
  random,
  registerLayer,
  sequential,
  type Tensor,
  tensor,
} from "../src/index.ts";
import { layerFromJson, layerToJson } from "../src/nn/tree/registry.ts";
import { parametersIn } from "../src/nn/tree/structure.ts";
import { isShape } from "../src/nn/tree/tree.ts";
import type { Resident } from "../src/ops/index.ts";
import { hostRandom } from "../src/random.ts";
import { type Shape, sizeOf } from "../src/shape.ts";

interface Expectations {
  /** The shape of one output. Default: that of one input. */
  readonly outputShape?: Shape;
  /** The parameters by path, those of layers that it holds too, with their shapes. Default: none. */
  readonly parameters?: Readonly<Record<string, Shape>>;
  /** True if the derivative is zero wherever it exists, so that nothing can be learned through the layer. */
  readonly flat?: boolean;
  /** True if the layer must come first; a dense layer is put behind it to be trained. Default: false. */
  readonly first?: boolean;
  /** True if its output in training is random, so that one step need not lower the loss. Default: false. */
  readonly noisy?: boolean;
  /**
   * The parameters that the layer itself changes in training, by name. They must differ after a step, and be used
   * outside training only. Parameters that are not trainable and not named here must stay. Default: none.
   */
  readonly statistics?: readonly string[];
}

const batch = 3;

/** Numbers in ±1 that keep away from 0, where many activations have a kink. */
function draw(size: number, seed: number): Float32Array {
  const random = hostRandom(seed);
  return Float32Array.from(
    { length: size },
    () => (random.below(2) * 2 - 1) * (0.05 + (0.95 * random.below(1000)) / 1000),
  );
}

/** A layer of several inputs as a layer of one, which is cut into parts of these shapes. */
class Parts extends Layer<Tensor, Tensor> {
  override readonly className = "TestParts";
  readonly inner: Layer;
  readonly shapes: readonly Shape[];
  constructor({ inner, shapes, ...options }: { inner: Layer; shapes: readonly Shape[]; name?: string }) {
    super("parts", options);
    this.inner = inner;
    this.shapes = shapes;
  }
  call(x: Tensor): Tensor {
    let end = 0;
    return this.inner.apply(
      this.shapes.map((shape) => x.at([], [end, (end += sizeOf(shape))]).reshape([x.shape[0]!, ...shape])),
    );
  }
  override config() {
    return { inner: layerToJson(this.inner), shapes: this.shapes };
  }
}
registerLayer("TestParts", ({ inner, ...config }) => new Parts({ inner: layerFromJson(inner), ...config }));

/**
 * Checks everything that every layer must fulfil. `make` gives a new layer for inputs of `inputShape` at each call. A
 * layer that takes a list of inputs gets a list of shapes, and no parameters are expected.
 */
export async function checkLayer(
  make: () => Layer,
  inputShape: Shape | readonly Shape[],
  expectations: Expectations = {},
): Promise<void> {
  if (isShape(inputShape)) return checkAlone(make, inputShape, expectations);
  const shapes = inputShape;
  const { outputShape = shapes[0]!, ...others } = expectations;
  const size = shapes.reduce((total, shape) => total + sizeOf(shape), 0);
  await checkAlone(() => new Parts({ inner: make(), shapes }), [size], { outputShape, ...others });
}

async function checkAlone(make: () => Layer, inputShape: Shape, expectations: Expectations): Promise<void> {
  const {
    outputShape = inputShape,
    parameters = {},
    flat = false,
    first = false,
    noisy = false,
    statistics = [],
  } = expectations;
  const layer = make();
  const model = sequential([layer], { inputShape, seed: 7 });
  const x = tensor(draw(batch * sizeOf(inputShape), 1), { shape: [batch, ...inputShape] });

  // The declared shapes are those of the outputs.
  expect(model.outputShape).toEqual(outputShape);
  expect(Object.fromEntries(parametersIn(layer).map((p) => [p.path, p.parameter.shape]))).toEqual(parameters);
  const y = model.apply(x);
  expect([y.shape, y.dtype]).toEqual([[batch, ...outputShape], "float32"]);
  expect((await y.data()).every(Number.isFinite)).toBe(true);
  expect((await model.predict(x)).shape).toEqual([batch, ...outputShape]);

  await checkGradient(model, x, flat, false);
  await checkGradient(model, x, flat, true);
  await checkStatistics(make, inputShape, statistics);
  if (!flat) await checkStep(make, inputShape, first, noisy);

  // Configuration, there and back.
  const json = JSON.parse(JSON.stringify(layerToJson(layer)));
  const again = layerFromJson(json);
  expect(again.constructor).toBe(layer.constructor);
  expect(layerToJson(again)).toEqual(json);

  // Saving and loading: the same bits.
  const loaded = await loadModel(await model.toBytes());
  expect(loaded.layers[0]!.constructor).toBe(layer.constructor);
  expect(await loaded.getWeights()).toEqual(await model.getWeights());
  expect(await (await loaded.predict(x)).data()).toEqual(await (await model.predict(x)).data());
}

/**
 * The gradient of a weighted sum of outputs, by inputs and parameters, against central differences in float64: as in
 * training, where statistics of the batch depend on the inputs, or outside it.
 */
async function checkGradient(
  model: ReturnType<typeof sequential>,
  x: ReturnType<typeof tensor>,
  flat: boolean,
  training: boolean,
): Promise<void> {
  const before = await model.getWeights();
  // A layer alone has one range, or none.
  const [range] = model.weights().trainedRanges(new Set());
  const point = range?.variable.value;
  const y = model.apply(x, { training, key: random.key(5) });
  const loss = y.mul(tensor(draw(y.size, 2), { shape: y.shape })).sum();
  const slopes = gradients(loss, point ? [x, point] : [x]);
  const graph = closeGraph(
    [loss, ...slopes].map((t) => t.node),
    [],
  );
  const inputs = graph.inputs.map((node) => Float64Array.from(node.value!));
  const others = new Map<Resident, Values>(
    graph.variables.map((variable) => [variable, Float64Array.from(before[variable.name]!.data)]),
  );
  const run = () => interpret(graph, inputs, others).outputs;
  const [, ...exact] = run().map((v) => v.slice());
  let greatest = 0;
  [x, ...(point ? [point] : [])].forEach(({ node }, k) => {
    const at = inputs[graph.inputs.indexOf(node)];
    // What the output does not depend on has no slope.
    if (at === undefined) return expect(exact[k]!.every((slope) => slope === 0)).toBe(true);
    for (let i = 0; i < at.length; i++) {
      const [value, h] = [at[i]!, 1e-5];
      at[i] = value + h;
      const above = run()[0]![0]!;
      at[i] = value - h;
      const slope = (above - run()[0]![0]!) / (2 * h);
      at[i] = value;
      expect(exact[k]![i], `slope ${i} of ${k === 0 ? "the inputs" : "the parameters"}`).toBeCloseTo(slope, 5);
      greatest = Math.max(greatest, Math.abs(slope));
    }
  });
  // Slopes of zero would agree with any rule that gives none.
  expect(greatest > 1e-3).toBe(!flat);
  model.setWeights(before);
}

/**
 * Statistics change in training and nowhere else, serve outside training and nowhere else; what else is fixed stays.
 */
async function checkStatistics(make: () => Layer, inputShape: Shape, statistics: readonly string[]): Promise<void> {
  const model = sequential([make(), layers.flatten(), layers.dense(1)], { inputShape, seed: 9 });
  model.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: "meanSquaredError" });
  const [layer] = model.layers as [Layer];
  const x = tensor(draw(batch * sizeOf(inputShape), 6), { shape: [batch, ...inputShape] });
  const y = tensor(draw(batch, 7), { shape: [batch, 1] });
  const changed = async (act: () => Promise<unknown>): Promise<string[]> => {
    const before = await model.getWeights();
    await act();
    const after = await model.getWeights();
    const isFixed = new Set(layer.parameters.filter((p) => !p.trainable).map((p) => `${layer.name}/${p.name}`));
    return Object.keys(after)
      .filter((name) => isFixed.has(name) && String(before[name]!.data) !== String(after[name]!.data))
      .map((name) => name.slice(layer.name.length + 1));
  };
  expect(await changed(() => model.predict(x)), "parameters changed by predict").toEqual([]);
  expect(await changed(() => model.evaluate(x, y)), "parameters changed by evaluate").toEqual([]);
  expect(await changed(() => model.fit(x, y)), "parameters changed by a step of training").toEqual([...statistics]);
  // The compiled step gives the statistics that a plain call gives.
  const stepped = await model.getWeights();
  const plain = sequential([make(), layers.flatten(), layers.dense(1)], { inputShape, seed: 9 });
  plain.apply(x, { training: true, key: random.key(0) });
  const called = await plain.getWeights();
  for (const name of statistics) {
    const wanted = called[`${plain.layers[0]!.name}/${name}`]!.data;
    stepped[`${layer.name}/${name}`]!.data.forEach((v, i) => expect(v, name).toBeCloseTo(wanted[i]!, 5));
  }
  if (statistics.length === 0) return;
  const outputs = async (training: boolean): Promise<string> =>
    String(await model.apply(x, { training, key: random.key(5) }).data());
  const [trained, predicted] = [await outputs(true), await outputs(false)];
  const other = draw(64, 8).map((v) => Math.abs(v) + 1);
  const scrambled = statistics.map((name) => {
    const value = layer.parameters.find((p) => p.name === name)!;
    return [`${layer.name}/${name}`, tensor(other.slice(0, value.size), { shape: value.shape })] as const;
  });
  model.setWeights(Object.fromEntries(scrambled));
  expect((await outputs(true)) === trained, "the output in training is the same with other statistics").toBe(true);
  model.setWeights(Object.fromEntries(scrambled));
  expect((await outputs(false)) === predicted, "the output outside training is the same with other statistics").toBe(
    false,
  );
}

/**
 * One small step of descent lowers the loss as it is in training, where no running statistics lie between. The layer
 * gets a dense one in front, so that there is something to train.
 */
async function checkStep(make: () => Layer, inputShape: Shape, first: boolean, noisy: boolean): Promise<void> {
  const layer = make();
  const model = sequential(first ? [layer, layers.dense(2)] : [layers.dense(inputShape.at(-1)!), layer], {
    inputShape,
    seed: 8,
  });
  model.compile({ optimizer: optimizers.sgd({ learningRate: 0.01 }), loss: "meanSquaredError" });
  const x = tensor(draw(batch * sizeOf(inputShape), 3), { shape: [batch, ...inputShape] });
  const y = tensor(draw(batch * sizeOf(model.outputShape!), 4), { shape: [batch, ...model.outputShape!] });
  const weights = await model.getWeights();
  const { epochs } = await model.fit(x, y, { batchSize: batch, epochs: 2, shuffle: false });
  expect(await model.getWeights()).not.toEqual(weights);
  if (!noisy) expect(epochs[1]!.loss).toBeLessThan(epochs[0]!.loss);
}
