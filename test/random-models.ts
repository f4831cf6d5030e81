// Random models: sequences, graphs with several inputs and outputs, nested and shared layers, classes of one's own.
import {
  type CallContext,
  functional,
  input,
  Layer,
  layers,
  Model,
  optimizers,
  registerFunction,
  registerLayer,
  schedules,
  sequential,
  type Tensor,
} from "../src/index.ts";
import { layerFromJson, layerToJson } from "../src/nn/tree/registry.ts";
import type { SymbolicTensor } from "../src/nn/tree/symbolic.ts";
import { isShape, leavesOf, mapTree, type Shapes, type Tree } from "../src/nn/tree/tree.ts";
import { type Shape, sizeOf } from "../src/shape.ts";
import { Draw, groupedQuery, multiHead, oneInput, plainAttention } from "./random-layers.ts";

registerFunction("random models: double", (x: Tensor) => x.mul(2));

/** Layers of one's own, in fields, lists and objects, with a parameter and a loss. */
class Skip extends Layer<Tensor, Tensor> {
  override readonly className = "RandomSkip";
  readonly inner: Layer<Tensor, Tensor>;
  readonly more: { readonly list: readonly Layer<Tensor, Tensor>[] };
  constructor({
    inner,
    list,
    ...options
  }: { inner: Layer; list: readonly Layer[]; name?: string; trainable?: boolean }) {
    super("skip", options);
    this.inner = inner;
    this.more = { list };
  }
  override build(): void {
    this.addParameter("scale", [], "ones", { regularizer: null });
    this.addParameter("calls", [], "zeros", { trainable: false });
  }
  call(x: Tensor, { training, addLoss }: CallContext): Tensor {
    if (training) this.assignParameter("calls", this.parameter("calls").add(1));
    const h = this.more.list.reduce((y, layer) => layer.apply(y), this.inner.apply(x));
    addLoss(h.square().mean().mul(0.01));
    return x.add(h.mul(this.parameter("scale")));
  }
  override config() {
    return { inner: layerToJson(this.inner), list: this.more.list.map((layer) => layerToJson(layer)) };
  }
}
registerLayer(
  "RandomSkip",
  ({ inner, list, ...options }) => new Skip({ inner: layerFromJson(inner), list: list.map(layerFromJson), ...options }),
);

/** A model of one's own that is a chain of the layers in its fields. */
class Chain extends Model<any, Tensor, Tensor> {
  override readonly className = "RandomChain";
  readonly first: Layer<Tensor, Tensor>;
  readonly others: readonly Layer<Tensor, Tensor>[];
  constructor({ list, ...options }: { list: readonly Layer[]; name?: string; seed?: number; trainable?: boolean }) {
    super(options);
    [this.first, ...this.others] = list as [Layer, ...Layer[]];
  }
  call(x: Tensor): Tensor {
    return this.others.reduce((y, layer) => layer.apply(y), this.first.apply(x));
  }
  override config() {
    return { ...super.config(), list: [this.first, ...this.others].map((layer) => layerToJson(layer)) };
  }
}
registerLayer("RandomChain", ({ list, ...options }) => new Chain({ list: list.map(layerFromJson), ...options }));

/** A model with data and the options of a run. */
export interface RandomModel {
  readonly model: Model;
  readonly x: any;
  readonly y: any;
  readonly fit: { readonly batchSize: number; readonly seed: number; readonly sampleWeight?: Float32Array };
  /** The layer classes in it. */
  readonly classes: ReadonlySet<string>;
}

const frozen = (d: Draw): object => (d.chance(0.06) ? { trainable: false } : {});
/** The shape that a layer gives. The layer is made anew with the same draws, so that it has no parameters yet. */
const shapeAfter = (layer: Layer, shape: Shape): Shape => (layer.apply(input(shape)) as SymbolicTensor).shape;

/** Layers one after another, with the shape at their end. */
function chain(d: Draw, shape: Shape, count: number, ids = false): { list: Layer[]; shape: Shape } {
  const list: Layer[] = [];
  let at = shape;
  if (ids) {
    d.classes.add("Embedding");
    list.push(layers.embedding(6, d.int(1, 4), d.some({ maskZero: d.chance(0.6) })));
    at = shapeAfter(list[0]!, at);
  }
  while (list.length < count) {
    const layer = d.chance(0.15) ? composed(d, at) : oneInput(d, at, frozen(d));
    list.push(layer);
    at = shapeAfter(layer, at);
    if (sizeOf(at) > 80) {
      list.push(layers.flatten(), layers.dense(d.int(1, 4)));
      at = shapeAfter(list.at(-1)!, shapeAfter(list.at(-2)!, at));
    }
  }
  return { list, shape: at };
}

/** A layer that holds others. */
function composed(d: Draw, shape: Shape): Layer {
  const kind = d.below(3);
  if (kind === 0) return sequential(chain(d, shape, d.int(1, 2)).list, frozen(d));
  if (kind === 1) return new Chain({ list: chain(d, shape, d.int(1, 2)).list, ...frozen(d) });
  const units = shape.at(-1)!;
  const list = Array.from({ length: d.int(0, 2) }, () => layers.dense(units, { activation: d.pick(["tanh", "relu"]) }));
  return new Skip({ inner: layers.dense(units), list, ...frozen(d) });
}

const shapes: readonly (() => (d: Draw) => Shape)[] = [
  () => (d) => [d.int(1, 6)],
  () => (d) => [d.int(1, 5), d.int(1, 4)],
  () => (d) => [d.int(1, 5), d.int(1, 5), d.int(1, 3)],
  () => (d) => [d.int(2, 4), d.int(2, 4), d.int(2, 4), d.int(1, 2)],
];
const anyShape = (d: Draw): Shape => d.pick(shapes)()(d);

interface Value {
  readonly x: SymbolicTensor;
  isUsed: boolean;
}

/** A graph: layers are applied to random values until there are enough of them. */
function graph(d: Draw, options: object): Model {
  const inputs: SymbolicTensor[] = [];
  const values: Value[] = [];
  const isValue = (v: unknown): v is SymbolicTensor => "from" in (v as object);
  const push = (result: unknown): void => {
    const results = leavesOf(result as Tree<SymbolicTensor>, isValue);
    const taken = new Set(results.flatMap(({ from }) => leavesOf(from!.inputs, isValue)));
    for (const value of values) value.isUsed ||= taken.has(value.x);
    for (const x of results) values.push({ x, isUsed: false });
  };
  for (let i = d.int(1, 3); i > 0; i--) {
    const ids = d.chance(0.2);
    const x = input(ids ? [d.int(2, 4)] : anyShape(d), { name: `in${i}`, ...(ids && { dtype: "int32" as const }) });
    inputs.push(x);
    values.push({ x, isUsed: false });
    if (!ids) continue;
    d.classes.add("Embedding");
    push(layers.embedding(6, d.int(1, 4), { maskZero: d.chance(0.5) }).apply(x));
  }
  const take = (fits: (x: SymbolicTensor) => boolean = () => true): SymbolicTensor | null => {
    const found = values.filter(({ x }) => x.dtype !== "int32" && fits(x));
    if (found.length === 0) return null;
    const unused = found.filter(({ isUsed }) => !isUsed);
    return d.pick(unused.length > 0 && d.chance(0.7) ? unused : found).x;
  };
  const shared: { layer: Layer; shape: string }[] = [];
  for (let i = d.int(1, 6); i > 0; i--) {
    const again = d.chance(0.2) && shared.length > 0 ? d.pick(shared) : null;
    const twin = again && take((x) => String(x.shape) === again.shape);
    if (again && twin) push(again.layer.apply(twin));
    else if (d.chance(0.4)) several(d, take, push);
    else {
      const x = take()!;
      const small = sizeOf(x.shape) > 80;
      if (small) d.classes.add("GlobalAveragePooling1D");
      const layer = small
        ? sequential([layers.flatten(), layers.dense(3)])
        : d.chance(0.2)
          ? composed(d, x.shape)
          : oneInput(d, x.shape, frozen(d));
      shared.push({ layer, shape: String(x.shape) });
      push(layer.apply(x));
    }
  }
  const ends = values.filter(({ isUsed }) => !isUsed).map(({ x }) => x);
  // A value that nothing takes is an output; at most three, each behind a layer of its own.
  const first = ends.slice(0, 2);
  const rest = ends.slice(2).map((x) => layers.dense(2).apply(layers.flatten().apply(x)));
  const outputs = [...first, ...(rest.length > 1 ? [layers.concatenate().apply(rest)] : rest)];
  const heads = outputs.map((x, i) =>
    i === 0 || d.chance(0.5)
      ? layers.dense(d.int(1, 3), { name: `out${i}`, activation: d.pick(["linear", "sigmoid", "softmax"]) }).apply(x)
      : layers.activation("tanh", { name: `out${i}` }).apply(x),
  ) as SymbolicTensor[];
  const form = <T>(list: T[], name: string): any =>
    list.length === 1 && d.chance(0.8)
      ? list[0]
      : d.chance(0.5)
        ? list
        : Object.fromEntries(list.map((part, i) => [`${name}${i}`, part]));
  return functional({ inputs: form(inputs, "in"), outputs: form(heads, "out"), ...options });
}

/** Applies a layer that takes several inputs, or gives several outputs. */
function several(
  d: Draw,
  take: (fits?: (x: SymbolicTensor) => boolean) => SymbolicTensor | null,
  push: (result: unknown) => void,
): void {
  const x = take()!;
  const same = (): SymbolicTensor => take((other) => String(other.shape) === String(x.shape)) ?? x;
  const isSequence = x.shape.length === 2;
  const named = (name: string, layer: Layer): Layer => (d.classes.add(name), layer);
  const merges = ["Add", "Multiply", "Average", "Maximum", "Minimum", "Subtract", "Concatenate", "Dot"] as const;
  const attention = [
    "Attention",
    "AdditiveAttention",
    "MultiHeadAttention",
    "GroupedQueryAttention",
    "States",
  ] as const;
  const kind = d.pick<string>(isSequence ? [...merges, ...attention] : merges);
  const list = [x, same(), ...(d.chance(0.3) ? [same()] : [])];
  const scores = d.some({ returnAttentionScores: d.chance(0.5) });
  switch (kind) {
    case "Add":
      return push(named(kind, layers.add()).apply(list as never));
    case "Multiply":
      return push(named(kind, layers.multiply()).apply(list as never));
    case "Average":
      return push(named(kind, layers.average()).apply(list as never));
    case "Maximum":
      return push(named(kind, layers.maximum()).apply(list as never));
    case "Minimum":
      return push(named(kind, layers.minimum()).apply(list as never));
    case "Subtract":
      return push(named(kind, layers.subtract()).apply(list.slice(0, 2) as never));
    case "Concatenate": {
      const axis = d.chance(0.5) ? -1 : d.int(1, x.shape.length);
      return push(named(kind, layers.concatenate({ axis })).apply(list as never));
    }
    case "Dot":
      return push(
        named(kind, layers.dot(d.int(1, x.shape.length), d.some({ normalize: d.chance(0.5) }))).apply([
          x,
          same(),
        ] as never),
      );
    case "Attention": {
      const mode = d.some({ scoreMode: d.pick(["dot", "concat"] as const) });
      return push(named(kind, layers.attention({ ...plainAttention(d), ...mode, ...scores })).apply(list as never));
    }
    case "AdditiveAttention":
      return push(named(kind, layers.additiveAttention({ ...plainAttention(d), ...scores })).apply(list as never));
    case "MultiHeadAttention": {
      const value = take((other) => other.shape.length === 2) ?? x;
      return push(named(kind, multiHead(d, scores)).apply([x, value] as never));
    }
    case "GroupedQueryAttention": {
      const value = take((other) => other.shape.length === 2) ?? x;
      return push(named(kind, groupedQuery(d, scores)).apply([x, value] as never));
    }
    default: {
      const units = d.int(1, 3);
      const made = d.chance(0.5)
        ? named("GRU", layers.gru(units, { returnState: true, returnSequences: d.chance(0.5) }))
        : named("LSTM", layers.lstm(units, { returnState: true }));
      const [y, ...states] = made.apply(x) as SymbolicTensor[];
      if (d.chance(0.5)) return push([y, ...states]);
      const second = states.length === 1 ? layers.gru(units) : layers.lstm(units);
      push([y, second.apply({ x, initialState: states } as never)]);
    }
  }
}

const randomOptimizer = (d: Draw): any => {
  const name = d.pick(Object.keys(optimizers)) as keyof typeof optimizers;
  const rate = d.number(0.0005, 0.01);
  const learningRate = d.chance(0.2)
    ? schedules.exponentialDecay({ initialLearningRate: rate, decaySteps: 3, decayRate: 0.5 })
    : rate;
  const shared = d.some({
    clipnorm: 1,
    globalClipnorm: 2,
    weightDecay: 0.01,
    ...(d.chance(0.3) && { useEma: true, emaOverwriteFrequency: 2, learningRateMultipliers: { kernel: 0.5 } }),
  });
  return optimizers[name]({ learningRate, ...shared } as never);
};

const losses = ["mse", "mae", "huber", "logCosh", "quadraticCost", "cosineSimilarity", "meanSquaredError"] as const;

/** A loss for an output, and targets for it. */
function objective(d: Draw, shape: Shape, count: number, activation: string) {
  const classes = shape.at(-1) ?? 0;
  const numbers = (n: number, make: () => number) => Float32Array.from({ length: n }, make);
  const outer = shape.slice(0, -1);
  if (classes > 1 && (activation === "softmax" || d.chance(0.15))) {
    const data = Int32Array.from({ length: count * sizeOf(outer) }, () => d.below(classes));
    return { loss: "sparseCategoricalCrossentropy", target: { data, shape: [count, ...outer] } };
  }
  const isShare = activation === "sigmoid";
  const data = numbers(count * sizeOf(shape), () => (isShare ? d.below(2) : d.number(-1, 1)));
  return { loss: isShare ? "binaryCrossentropy" : d.pick(losses), target: { data, shape: [count, ...shape] } };
}

/** The random model of a seed, compiled, with data. The same seed gives the same one each time. */
export function randomModel(seed: number): RandomModel {
  const d = new Draw(seed);
  const options = { ...(d.chance(0.5) && { seed: d.below(1000) }) };
  const kind = d.below(5);
  let model: Model;
  let inputShapes: Shapes;
  let ids = false;
  if (kind < 2) {
    ids = d.chance(0.2);
    const shape = ids ? [d.int(1, 4)] : anyShape(d);
    const { list } = chain(d, shape, d.int(1, 5), ids);
    const asInput = d.chance(0.3);
    if (asInput) d.classes.add("Input");
    const all = [...list, layers.dense(d.int(1, 3), { activation: d.pick(["linear", "softmax", "sigmoid"]) })];
    model =
      kind === 0
        ? sequential([...(asInput ? [layers.input(shape)] : []), ...all], options)
        : new Chain({ list: all, ...options });
    inputShapes = shape;
    if (!asInput || kind === 1) model.declare(shape);
  } else {
    model = graph(d, options);
    inputShapes = model.inputShape!;
  }
  const batchSize = d.int(1, 3);
  const count = d.int(2, 5);
  const isIds = kind < 2 ? [ids] : (model as any).inputDTypes.map((dtype: string) => dtype === "int32");
  let index = 0;
  const x = mapTree(inputShapes, isShape, (shape) => {
    const size = count * sizeOf(shape);
    return isIds[index++]
      ? { data: Int32Array.from({ length: size }, () => d.below(6)), shape: [count, ...shape] }
      : { data: Float32Array.from({ length: size }, () => d.number(-1, 1)), shape: [count, ...shape] };
  });
  const activations = leavesOf(model.lastActivations, (a): a is string => typeof a === "string");
  index = 0;
  const objectives = mapTree(model.outputShape!, isShape, (shape) =>
    objective(d, shape, count, activations[index++] ?? "custom"),
  );
  const isObjective = (o: unknown): o is ReturnType<typeof objective> =>
    typeof o === "object" && "loss" in (o as object);
  const loss = mapTree(objectives, isObjective, (o) => o.loss);
  const single = isObjective(objectives);
  const isClasses = (o: { loss: string }): boolean => o.loss.startsWith("sparse");
  model.compile({
    optimizer: randomOptimizer(d),
    loss: loss as never,
    ...(single && d.chance(0.4) && { metrics: [isClasses(objectives) ? "accuracy" : "mae"] as const }),
  });
  const fit = {
    batchSize,
    seed: d.below(100),
    ...(d.chance(0.2) && { sampleWeight: Float32Array.from({ length: count }, () => d.number(0.1, 2)) }),
  };
  return { model, x, y: mapTree(objectives, isObjective, (o) => o.target), fit, classes: d.classes };
}
