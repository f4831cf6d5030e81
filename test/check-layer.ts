// Checks a layer: shapes, gradients in training and outside, masks, statistics, a step of training, configuration,
// files. Node and pages run it, so that it knows nothing of Vitest.
import { interpret, type Values } from "../src/backends/reference/interpret.ts";
import type { TypedArray } from "../src/dtype.ts";
import { gradients } from "../src/gradient.ts";
import { closeGraph } from "../src/graph/graph.ts";
import {
  Layer,
  layers,
  loadModel,
  NablaError,
  optimizers,
  random,
  registerLayer,
  type Sequential,
  sequential,
  type Tensor,
  tensor,
} from "../src/index.ts";
import { layerFromJson, layerToJson } from "../src/nn/tree/registry.ts";
import { parametersIn } from "../src/nn/tree/structure.ts";
import { isShape } from "../src/nn/tree/tree.ts";
import type { Resident } from "../src/ops/index.ts";
import type { Node } from "../src/ops/op.ts";
import { hostRandom } from "../src/random.ts";
import { type Shape, sizeOf } from "../src/shape.ts";
import { claim, claimClose, claimSame } from "./claims.ts";

/** What becomes of the mask of the steps: it goes on, ends here, becomes another one, or is refused. */
type MaskFate = "kept" | "ended" | "changed" | "refused";

export interface Expectations {
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
  /** The fate of a mask of the first axis after the batch, where inputs have two axes or more. Default: `kept`. */
  readonly mask?: MaskFate;
}

/** Makes a layer; the shape of its input, or a list of shapes for a layer that takes a list of inputs. */
export type LayerCase = readonly [make: () => Layer, inputShape: Shape | readonly Shape[], expectations?: Expectations];
export type LayerCases = Readonly<Record<string, LayerCase>>;

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

/** A layer of one input: a layer of a list of inputs is wrapped. */
function alone([make, inputShape, expectations = {}]: LayerCase): readonly [() => Layer, Shape, Expectations] {
  if (isShape(inputShape)) return [make, inputShape, expectations];
  const shapes = inputShape;
  const { outputShape = shapes[0]!, ...others } = expectations;
  const size = shapes.reduce((total, shape) => total + sizeOf(shape), 0);
  return [() => new Parts({ inner: make(), shapes }), [size], { outputShape, ...others }];
}

const drawn = (shape: Shape, seed: number): Tensor => tensor(draw(sizeOf(shape), seed), { shape });

/** Checks everything that every layer must fulfil. No parameters are expected unless the case names them. */
export async function checkLayer(layerCase: LayerCase): Promise<void> {
  const [make, inputShape, expectations] = alone(layerCase);
  const { outputShape = inputShape, parameters = {}, flat = false } = expectations;
  const layer = make();
  const model = sequential([layer], { inputShape, seed: 7 });
  const x = drawn([batch, ...inputShape], 1);

  claimSame(model.outputShape, outputShape, "the declared shape of the output");
  const shapes = parametersIn(layer).map((p) => [p.path, p.parameter.shape]);
  claimSame(Object.fromEntries(shapes), parameters, "the parameters");
  const y = model.apply(x);
  claimSame([y.shape, y.dtype], [[batch, ...outputShape], "float32"], "shape and dtype of the output");
  claim((await y.data()).every(Number.isFinite), "expected finite outputs");
  const predicted = await model.predict(x);
  claimSame(predicted.shape, [batch, ...outputShape], "the shape of what is predicted");

  for (const training of [false, true]) await checkGradient(model, x, flat, training);
  if (isShape(layerCase[1]) && inputShape.length > 1) await checkMask(model, x, expectations.mask ?? "kept");
  await checkStatistics(make, inputShape, expectations.statistics ?? []);
  if (!flat) await checkStep(make, inputShape, expectations);

  // Configuration, there and back.
  const json = JSON.parse(JSON.stringify(layerToJson(layer)));
  const again = layerFromJson(json);
  claim(again.constructor === layer.constructor, "the configuration makes a layer of another class");
  claimSame(layerToJson(again), json, "the configuration of the layer that the configuration makes");

  // Saving and loading: the same bits.
  const loaded = await loadModel(await model.toBytes());
  claim(loaded.layers[0]!.constructor === layer.constructor, "the file makes a layer of another class");
  claimSame(await loaded.getWeights(), await model.getWeights(), "the weights after loading");
  claimSame(await (await loaded.predict(x)).data(), await predicted.data(), "what the loaded model predicts");
}

/**
 * What the chosen backend computes of a layer: its outputs outside training and in it, the gradient of a weighted sum
 * of these, and the weights after two steps of training. These bits are the same in Node and in pages.
 */
export async function layerNumbers(layerCase: LayerCase): Promise<TypedArray[]> {
  const [make, inputShape, expectations] = alone(layerCase);
  const model = sequential([make()], { inputShape, seed: 7 });
  const x = drawn([batch, ...inputShape], 1);
  const numbers = [await (await model.predict(x)).data()];
  const { y, slopes } = weightedSum(model, x, true);
  for (const values of [y, ...slopes]) numbers.push(await values.data());
  if (expectations.flat) return numbers;
  const { trained } = await twoSteps(make, inputShape, expectations);
  return [...numbers, ...Object.values(await trained.getWeights()).map(({ data }) => data)];
}

/** A weighted sum of the outputs, and its gradient by the inputs and, if there are any, the trained parameters. */
function weightedSum(model: Sequential, x: Tensor, training: boolean) {
  // A layer alone has one range, or none.
  const [range] = model.weights().trainedRanges(new Set());
  const points = [x, ...(range ? [range.variable.value] : [])];
  const y = model.apply(x, { training, key: random.key(5) });
  const sum = y.mul(drawn(y.shape, 2)).sum();
  return { y, sum, points, slopes: gradients(sum, points) };
}

/** The number of directions in which a slope is measured. A wrong element shows in each of them. */
const directions = 3;

/**
 * The gradient by inputs and parameters in float64 against central differences, as in training, where statistics of
 * the batch depend on the inputs, or outside it; and the backend's against that.
 */
async function checkGradient(model: Sequential, x: Tensor, flat: boolean, training: boolean): Promise<void> {
  const before = await model.getWeights();
  const { sum, points, slopes } = weightedSum(model, x, training);
  const evaluator = (tensors: readonly Tensor[]) => {
    const graph = closeGraph(
      tensors.map((t) => t.node),
      [],
    );
    const others = new Map<Resident, Values>(
      graph.variables.map((variable) => [variable, Float64Array.from(before[variable.name]!.data)]),
    );
    const values = (given: ReadonlyMap<Node, Float64Array>) =>
      interpret(
        graph,
        graph.inputs.map((node) => given.get(node) ?? Float64Array.from(node.value!)),
        others,
      ).outputs;
    return { values, inputs: graph.inputs };
  };
  const [ofSum, ofSlopes] = [evaluator([sum]), evaluator(slopes)];
  const exact = ofSlopes.values(new Map()).map((values) => Float64Array.from(values));
  const random = hostRandom(11);
  for (const [k, { node }] of points.entries()) {
    const wanted = exact[k]!;
    const name = `${k === 0 ? "the inputs" : "the parameters"}${training ? " in training" : ""}`;
    const got = await slopes[k]!.data();
    const greatest = wanted.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0);
    wanted.forEach((slope, i) =>
      claim(
        Math.abs(Number(got[i]) - slope) <= 1e-4 * Math.max(greatest, 0.1),
        `the backend's slope ${i} of ${name}: expected ${slope}, got ${got[i]}`,
      ),
    );
    // Slopes of zero would agree with any rule that gives none.
    if (k === 0 && flat) claim(greatest === 0, "expected no slope");
    // An input on which the output does not depend has no slope.
    if (!ofSum.inputs.includes(node)) {
      claim(greatest === 0, `expected no slope of ${name}`);
      continue;
    }
    const origin = Float64Array.from(node.value!);
    /** Holds the slope in a direction to central differences; the message when they disagree. */
    const disagreement = (direction: ArrayLike<number>, what: string): string | null => {
      const h = 1e-5;
      const at = (step: number): number =>
        ofSum.values(new Map([[node, origin.map((value, i) => value + step * direction[i]!)]]))[0]![0]!;
      const measured = (at(h) - at(-h)) / (2 * h);
      const derived = wanted.reduce((total, slope, i) => total + slope * direction[i]!, 0);
      return Math.abs(measured - derived) < 5e-6 ? null : `${what} of ${name}: expected ${measured}, got ${derived}`;
    };
    for (let n = 0; n < directions; n++) {
      const message = disagreement(draw(origin.length, random.below(1 << 30)), `the slope in direction ${n}`);
      if (message === null) continue;
      for (const i of origin.keys()) {
        const element = disagreement(
          Float64Array.from(origin, (_, j) => Number(i === j)),
          `slope ${i}`,
        );
        claim(element === null, element ?? "");
      }
      claim(false, message);
    }
  }
  if (!flat) {
    const most = Math.max(...exact.map((slopes) => slopes.reduce((a, b) => Math.max(a, Math.abs(b)), 0)));
    claim(most > 1e-3, "expected slopes, got zeros");
  }
  model.setWeights(before);
}

/**
 * The fate of a mask is the declared one; what goes on is a mask of axes of the output. Where nothing is masked, the
 * output is that without a mask.
 */
async function checkMask(model: Sequential, x: Tensor, fate: MaskFate): Promise<void> {
  const shape = x.shape.slice(0, 2);
  const some = tensor(
    Array.from({ length: sizeOf(shape) }, (_, i) => i % 3 !== 1),
    { shape, dtype: "bool" },
  );
  const all = tensor(new Array(sizeOf(shape)).fill(true), { shape, dtype: "bool" });
  const outcome = async (): Promise<MaskFate> => {
    let result: ReturnType<typeof model.result>;
    try {
      result = model.result(x, { mask: some });
    } catch (error) {
      if (!(error instanceof NablaError)) throw error;
      return "refused";
    }
    const { output, mask } = result as { output: Tensor; mask: Tensor | null };
    claim((await output.data()).every(Number.isFinite), "expected finite outputs where some steps are masked");
    if (mask === null) return "ended";
    claimSame(
      [mask.dtype, mask.shape],
      ["bool", output.shape.slice(0, mask.shape.length)],
      "dtype and shape of the mask",
    );
    return sameNumbers(await mask.data(), await some.data()) ? "kept" : "changed";
  };
  claimSame(await outcome(), fate, "the fate of the mask");
  if (fate === "refused") return;
  const [masked, plain] = [model.result(x, { mask: all }).output as Tensor, model.apply(x)];
  const wanted = await plain.data();
  (await masked.data()).forEach((value, i) =>
    claimClose(Number(value), Number(wanted[i]), 5, `output ${i} where nothing is masked`),
  );
}

const sameNumbers = (a: TypedArray, b: TypedArray): boolean => String(a) === String(b);

/**
 * Statistics change in training and nowhere else, serve outside training and nowhere else; what else is fixed stays.
 */
async function checkStatistics(make: () => Layer, inputShape: Shape, statistics: readonly string[]): Promise<void> {
  const fresh = (): Sequential => sequential([make(), layers.flatten(), layers.dense(1)], { inputShape, seed: 9 });
  const model = fresh();
  const [layer] = model.layers as [Layer];
  const fixed = layer.parameters.filter((p) => !p.trainable).map((p) => p.name);
  claim(
    statistics.every((name) => fixed.includes(name)),
    `expected the fixed parameters ${statistics}, got ${fixed}`,
  );
  if (fixed.length === 0) return;
  model.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: "meanSquaredError" });
  const [x, y] = [drawn([batch, ...inputShape], 6), drawn([batch, 1], 7)];
  const changed = async (act: () => Promise<unknown>): Promise<string[]> => {
    const before = await model.getWeights();
    await act();
    const after = await model.getWeights();
    return fixed.filter((name) => {
      const path = `${layer.name}/${name}`;
      return !sameNumbers(before[path]!.data, after[path]!.data);
    });
  };
  claimSame(await changed(() => model.predict(x)), [], "parameters changed by predict");
  claimSame(await changed(() => model.evaluate(x, y)), [], "parameters changed by evaluate");
  claimSame(await changed(() => model.fit(x, y)), statistics, "parameters changed by a step of training");
  // The compiled step gives the statistics that a plain call gives.
  const stepped = await model.getWeights();
  const plain = fresh();
  plain.apply(x, { training: true, key: random.key(0) });
  const called = await plain.getWeights();
  for (const name of statistics) {
    const wanted = called[`${plain.layers[0]!.name}/${name}`]!.data;
    stepped[`${layer.name}/${name}`]!.data.forEach((v, i) => claimClose(Number(v), Number(wanted[i]), 5, name));
  }
  if (statistics.length === 0) return;
  const outputs = async (training: boolean): Promise<TypedArray> =>
    model.apply(x, { training, key: random.key(5) }).data();
  const [trained, predicted] = [await outputs(true), await outputs(false)];
  const other = draw(64, 8).map((v) => Math.abs(v) + 1);
  const scrambled = statistics.map((name) => {
    const value = layer.parameters.find((p) => p.name === name)!;
    return [`${layer.name}/${name}`, tensor(other.slice(0, value.size), { shape: value.shape })] as const;
  });
  model.setWeights(Object.fromEntries(scrambled));
  claim(sameNumbers(await outputs(true), trained), "other statistics change the output in training");
  model.setWeights(Object.fromEntries(scrambled));
  claim(!sameNumbers(await outputs(false), predicted), "other statistics leave the output outside training as it is");
}

/**
 * One small step of descent lowers the loss as it is in training, where no running statistics lie between.
 */
async function checkStep(make: () => Layer, inputShape: Shape, expectations: Expectations): Promise<void> {
  const { trained, before, losses } = await twoSteps(make, inputShape, expectations);
  const after = await trained.getWeights();
  claim(
    Object.entries(before).some(([path, { data }]) => !sameNumbers(data, after[path]!.data)),
    "expected weights to change in training",
  );
  if (!expectations.noisy) claim(losses[1]! < losses[0]!, `expected a lower loss than ${losses[0]}, got ${losses[1]}`);
}

/** Trains the layer for two steps, with a dense one in front, so that there is something to train. */
async function twoSteps(make: () => Layer, inputShape: Shape, { first = false }: Expectations) {
  const layer = make();
  const trained = sequential(first ? [layer, layers.dense(2)] : [layers.dense(inputShape.at(-1)!), layer], {
    inputShape,
    seed: 8,
  });
  trained.compile({ optimizer: optimizers.sgd({ learningRate: 0.01 }), loss: "meanSquaredError" });
  const [x, y] = [drawn([batch, ...inputShape], 3), drawn([batch, ...trained.outputShape!], 4)];
  const before = await trained.getWeights();
  const { epochs } = await trained.fit(x, y, { batchSize: batch, epochs: 2, shuffle: false });
  return { trained, before, losses: epochs.map(({ loss }) => loss) };
}
