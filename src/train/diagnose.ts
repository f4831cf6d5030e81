// `model.diagnose`: what each layer gives, and what a step of training would do to it, measured without training.
import { compile } from "../compile-function.ts";
import { ArgumentError } from "../errors.ts";
import { stack } from "../functions/array.ts";
import { foldIn, key } from "../functions/random.ts";
import { moments } from "../functions/reductions.ts";
import { gradients } from "../gradient.ts";
import type { Layer } from "../nn/tree/layer.ts";
import type { Network } from "../nn/tree/network.ts";
import { readingThrough, readRange } from "../nn/tree/store.ts";
import { joinPath, layersIn } from "../nn/tree/structure.ts";
import { isTensor, leavesOf } from "../nn/tree/tree.ts";
import { checkCount, checkOptions } from "../options.ts";
import { permutation } from "../random.ts";
import type { Tensor } from "../tensor.ts";
import { Diagnosis } from "./diagnosis.ts";
import type { BatchStream, TrainingData } from "./examples.ts";
import { insideLoops } from "./inside-loops.ts";
import type { LayerDiagnosis } from "./layer-diagnosis.ts";
import { measure } from "./measure.ts";
import { Meters } from "./meters.ts";
import { type TrainingSetup, trainedRanges } from "./setup.ts";
import { type Ready, ResidentSource } from "./source.ts";
import type { Trainer } from "./trainer.ts";
import { trainersOf } from "./trainers.ts";

/** The options of `model.diagnose`. */
export interface DiagnoseOptions {
  /** The number of examples that are drawn from the data, at least 2. Default: 256, or all if there are fewer. */
  readonly batchSize?: number;
  /** Determines which examples are drawn, and the dropout. Default: 0. */
  readonly seed?: number;
}

/** The bounds of activations that have two of them. */
const bounds: Readonly<Record<string, readonly [low: number, high: number]>> = {
  tanh: [-1, 1],
  softsign: [-1, 1],
  hardTanh: [-1, 1],
  sign: [-1, 1],
  sigmoid: [0, 1],
  hardSigmoid: [0, 1],
  sparseSigmoid: [0, 1],
  softmax: [0, 1],
  sparsemax: [0, 1],
  heaviside: [0, 1],
  relu6: [0, 6],
};

/** An output counts as saturated within this share of the width between the bounds. */
const margin = 0.01;

/** A layer with the outputs of its calls, and the paths of the parameters that are counted as its own. */
interface Row {
  readonly path: string;
  readonly layer: Layer;
  readonly outputs: readonly Tensor[];
  readonly parameters: readonly string[];
}

/** Implements `model.diagnose`. */
export async function diagnose(
  model: Network,
  setup: TrainingSetup,
  given: TrainingData | BatchStream,
  options: DiagnoseOptions,
): Promise<Diagnosis> {
  checkOptions("diagnose", options, ["batchSize", "seed"]);
  const batchSize = checkCount("diagnose", "batchSize", options.batchSize ?? 256, 2);
  const seed = checkCount("diagnose", "seed", options.seed ?? 0, 0);
  const { trainer, begin, release } = await trainersOf(model, setup).take("diagnose", given);
  try {
    model.weights();
    const { source } = trainer;
    if (source instanceof ResidentSource) source.begin(permutation(source.size, seed), 0, source.size);
    else begin(1);
    const ready = await source.next(batchSize, 1);
    if (!ready || ready.batch < 2)
      throw new ArgumentError(`diagnose: expected at least 2 examples, got ${ready?.batch ?? 0}.`);
    return await look(model, setup, trainer, ready, seed);
  } finally {
    release();
  }
}

/** Takes a step within a program that leaves everything as it was, and measures it. */
async function look(model: Network, setup: TrainingSetup, trainer: Trainer, ready: Ready, seed: number) {
  const { optimizer } = setup;
  const ranges = trainedRanges(model, setup);
  for (const range of ranges) optimizer.slots(range);
  const variables = [...model.weights().variables, ...optimizer.variables];
  let rows: Row[] = [];
  const program = compile(() => {
    const first = variables.map((variable) => variable.value);
    const read = ranges.map((range) => [range, readRange(range)] as const);
    const batch = trainer.source.batch(ready);
    const outputs: [Layer, string, Tensor[]][] = [];
    const answers = readingThrough(read, () =>
      model.result(batch.inputs, {
        training: true,
        key: foldIn(key(seed), optimizer.iterations.value),
        onOutput: ({ layer, path, output }) => void outputs.push([layer, path, leavesOf(output, isTensor)]),
      }),
    );
    const { loss } = measure(setup, batch, answers, ready.batch, new Meters());
    const slopes = gradients(
      loss,
      read.map(([, value]) => value),
    );
    if (ranges.length > 0) optimizer.applyGradients(ranges.map((range, i) => [slopes[i] as Tensor, range] as const));
    const after = ranges.map((range) => readRange(range));
    // What the step has assigned, running statistics among it, is given its old value again.
    variables.forEach((variable, i) => variable.assign(first[i] as Tensor));
    rows = rowsOf(model, outputs);
    const figures = rows.flatMap(({ layer, outputs: own }) => own.map((y) => figuresOf(y, layer.activationName())));
    return [loss, stack(figures), ...read.map(([, before]) => before), ...slopes, ...after];
  });
  const [loss, figures, ...flat] = await Promise.all((await program()).map((result) => result.data()));
  const count = ranges.length;
  const norms = new Map<string, Norms>();
  ranges.forEach(({ segments }, i) => {
    const part = (k: number): ArrayLike<number> => flat[k * count + i] ?? [];
    for (const { path, offset, size } of segments) norms.set(path, normsOf(part(0), part(1), part(2), offset, size));
  });
  let next = 0;
  const layers = rows.map((row): LayerDiagnosis => {
    const own = row.outputs.map((y) => ({ y, figures: Array.from(figures!.slice(next, (next += 4))) }));
    const { path, layer, parameters } = row;
    return {
      path: path || model.name,
      className: layer.className,
      ...summedNorms(parameters.flatMap((name) => norms.get(name) ?? [])),
      ...summedFigures(own, layer.activationName()),
    };
  });
  return new Diagnosis(model.name, ready.batch, Number(loss![0]), layers);
}

/**
 * The layers that are reported: those whose outputs can be seen, which the bodies of loops hide, and that hold no
 * other such layer or have parameters of their own. A layer's parameters count for the nearest of these that holds it.
 */
function rowsOf(model: Network, called: readonly (readonly [Layer, string, readonly Tensor[]])[]): Row[] {
  const hidden = insideLoops(called.flatMap(([, , outputs]) => outputs.map(({ node }) => node)));
  const seen = new Map<string, { layer: Layer; outputs: Tensor[] }>();
  for (const [layer, path, outputs] of called) {
    if (outputs.some(({ node }) => hidden.has(node))) continue;
    const known = seen.get(path);
    if (known) known.outputs.push(...outputs);
    else seen.set(path, { layer, outputs: [...outputs] });
  }
  const holder = (path: string): string => {
    for (let at = path; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf("/")))) if (seen.has(at)) return at;
    return "";
  };
  const parameters = new Map<string, string[]>();
  for (const { layer, path } of layersIn<Layer>(model))
    for (const { name } of layer.parameters) {
      const of = holder(path);
      parameters.set(of, [...(parameters.get(of) ?? []), joinPath(path, name)]);
    }
  const holds = (path: string): boolean => [...seen.keys()].some((other) => other !== path && isBelow(other, path));
  return layersIn<Layer>(model).flatMap(({ path }) => {
    const own = seen.get(path);
    const named = parameters.get(path) ?? [];
    return own && (named.length > 0 || !holds(path)) ? [{ path, ...own, parameters: named }] : [];
  });
}

const isBelow = (path: string, root: string): boolean => root === "" || path.startsWith(`${root}/`);

/** Mean, variance, dead units and saturated elements of an output, float32 [4]. */
function figuresOf(output: Tensor, activation: string | null): Tensor {
  const y = output.cast("float32");
  const { mean, variance } = moments(y);
  const units = y.ndim > 1 ? y.reshape([-1, y.shape.at(-1) as number]) : y.reshape([-1, 1]);
  const dead = units
    .max([0])
    .equal(units.min([0]))
    .cast("float32")
    .sum();
  const [low, high] = bounds[activation ?? ""] ?? [-Infinity, Infinity];
  const near = margin * (high - low);
  const saturated = Number.isFinite(near)
    ? y
        .less(low + near)
        .logicalOr(y.greater(high - near))
        .cast("float32")
        .sum()
    : mean.mul(0);
  return stack([mean, variance, dead, saturated]);
}

const unitsOf = ({ shape }: Tensor): number => (shape.length > 1 ? (shape.at(-1) ?? 1) : 1);

function summedFigures(own: readonly { y: Tensor; figures: readonly number[] }[], activation: string | null) {
  const total = (of: (y: Tensor, figures: readonly number[]) => number): number =>
    own.reduce((sum, { y, figures }) => sum + of(y, figures), 0);
  const size = total((y) => y.size);
  const mean = total((y, [m = 0]) => y.size * m) / size;
  const variance = total((y, [m = 0, v = 0]) => y.size * (v + (m - mean) ** 2)) / size;
  return {
    deadUnits: total((_, [, , dead = 0]) => dead) / total(unitsOf),
    saturation: activation !== null && activation in bounds ? total((_, [, , , n = 0]) => n) / size : null,
    mean,
    standardDeviation: Math.sqrt(variance),
  };
}

/** The squared norms of a parameter, of its gradient, and of its change. */
interface Norms {
  readonly weight: number;
  readonly gradient: number;
  readonly update: number;
}

/** In double precision, where the squares of vanishing gradients do not underflow. */
function normsOf(
  before: ArrayLike<number>,
  slope: ArrayLike<number>,
  after: ArrayLike<number>,
  offset: number,
  size: number,
): Norms {
  let [weight, gradient, update] = [0, 0, 0];
  for (let i = offset; i < offset + size; i++) {
    weight += before[i]! ** 2;
    gradient += slope[i]! ** 2;
    update += (after[i]! - before[i]!) ** 2;
  }
  return { weight, gradient, update };
}

function summedNorms(norms: readonly Norms[]): Pick<LayerDiagnosis, "gradientNorm" | "updateRatio"> {
  if (norms.length === 0) return { gradientNorm: null, updateRatio: null };
  const sum = (of: (own: Norms) => number): number => Math.sqrt(norms.reduce((total, own) => total + of(own), 0));
  return {
    gradientNorm: sum(({ gradient }) => gradient),
    updateRatio: sum(({ update }) => update) / sum(({ weight }) => weight),
  };
}
