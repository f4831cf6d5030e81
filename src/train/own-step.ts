// The tools of a training step of one's own: gradients of a loss by the weights of a layer, and updates along them.

import type { Column } from "../data/dataset.ts";
import { ArgumentError, didYouMean, ShapeError } from "../errors.ts";
import { concatenate, zeros } from "../functions/array.ts";
import { type Key, key } from "../functions/random.ts";
import { gradients } from "../gradient.ts";
import { inferIn } from "../nn/tree/call.ts";
import { Layer } from "../nn/tree/layer.ts";
import type { Network } from "../nn/tree/network.ts";
import { assignRanges, readingThrough, readRange, type TrainedRange } from "../nn/tree/store.ts";
import { layersIn, parametersIn } from "../nn/tree/structure.ts";
import { leavesOf, type Tensors } from "../nn/tree/tree.ts";
import { weightsOf } from "../nn/tree/weights.ts";
import { Optimizer } from "../optimizers/optimizer.ts";
import { checkNotAsync, describe } from "../options.ts";
import { formatShape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { outputOf } from "../transformations/outputs.ts";
import type { Variable } from "../variable.ts";
import { columnShapes, type Examples, isColumn, noTargets } from "./examples.ts";
import { seenDType } from "./resident.ts";
import type { Batch } from "./source.ts";

/** A loss with its gradients, by the paths of the weights below a layer: `dense_1/kernel`. */
export interface Differentiated {
  readonly loss: Tensor;
  readonly gradients: Readonly<Record<string, Tensor>>;
}

/**
 * The tools of a training step of one's own, all of which become part of its program. The loss is computed within the
 * function that is given, which is called once: only then does it depend on the weights.
 */
export interface StepContext {
  /** A random key of this step. */
  readonly key: Key;
  /** Takes a step of an optimizer along the gradient of a loss by the trainable weights below a layer. */
  minimize(loss: () => Tensor, of: Layer, optimizer: Optimizer): Tensor;
  /** The gradients of a loss by the trainable weights below a layer. */
  differentiate(loss: () => Tensor, of: Layer): Differentiated;
  /** Takes a step of an optimizer along given gradients, by path; those that are left out count as zeros. */
  update(gradients: Readonly<Record<string, Tensor>>, of: Layer, optimizer: Optimizer): void;
}

/** A model that has a training step of its own: it returns the figures that are reported, each one number. */
export interface OwnStep {
  trainStep?(batch: Batch<any, any>, step: StepContext): Readonly<Record<string, Tensor>>;
}

/** The ranges of the trainable weights below a layer, as it is frozen now. */
function rangesOf(of: Layer): { ranges: readonly TrainedRange[]; frozen: ReadonlySet<Layer> } {
  const frozen = new Set(layersIn(of).flatMap(({ layer, trainable }) => (trainable ? [] : [layer])));
  return { ranges: weightsOf(of).trainedRanges(frozen), frozen };
}

/** The loss that a function computes. Throws {@link ArgumentError} for anything but a tensor. */
const lossOf = (loss: () => Tensor): Tensor => outputOf("minimize", loss());

/** The value of a loss, and its gradients by the ranges through which it reads its weights. */
function slopesOf(loss: () => Tensor, ranges: readonly TrainedRange[]): { value: Tensor; slopes: readonly Tensor[] } {
  const read = ranges.map((range) => [range, readRange(range)] as const);
  const value = lossOf(() => readingThrough(read, loss));
  return {
    value,
    slopes: gradients(
      value,
      read.map(([, tensor]) => tensor),
    ),
  };
}

/** Implements {@link StepContext.minimize}. */
export function minimize(loss: () => Tensor, of: Layer, optimizer: Optimizer): Tensor {
  checkMinimize(loss, of, optimizer);
  const { ranges, frozen } = rangesOf(of);
  const { value, slopes } = slopesOf(loss, ranges);
  optimizer.applyGradients(ranges.flatMap((range, i) => (slopes[i] ? [[slopes[i], range] as const] : [])));
  constrain(of, frozen);
  return value;
}

function checkMinimize(loss: unknown, of: unknown, optimizer: unknown): void {
  if (typeof loss !== "function" || !(of instanceof Layer) || !(optimizer instanceof Optimizer))
    throw new ArgumentError(
      "minimize: expected a function that computes the loss, a layer and an optimizer from optimizers.…(), " +
        `got ${describe(loss)}, ${describe(of)} and ${describe(optimizer)}.`,
    );
}

/**
 * Declares the parameters of all layers that a training step calls, by calling it once with a batch that has no
 * numbers.
 */
export function inferStep(
  model: Network,
  { inputs, targets, weights }: Examples,
  step: NonNullable<OwnStep["trainStep"]>,
): void {
  const given = { inputs, ...(targets !== noTargets && { targets }), ...(weights && { weights }) };
  const dtypes = leavesOf<Column>(given, isColumn).map(seenDType);
  const declare = (blank: Tensors): void => {
    const figures = step.call(model, { targets: [], weights: null, ...(blank as Partial<Batch>) } as Batch, {
      key: key(0),
      minimize(loss, of, optimizer) {
        checkMinimize(loss, of, optimizer);
        return lossOf(loss);
      },
      differentiate(loss, of) {
        const value = lossOf(loss);
        const trained = of.trainableVariables.map(({ path, shape }) => [path, zeros(shape)] as const);
        return { loss: value, gradients: Object.fromEntries(trained) };
      },
      update: () => undefined,
    });
    checkNotAsync(`${model.describe()}: trainStep`, figures);
  };
  model.declareBy(columnShapes(inputs), () => inferIn(columnShapes(given), dtypes, declare));
}

/** Implements {@link StepContext.differentiate}. */
export function differentiate(loss: () => Tensor, of: Layer): Differentiated {
  const { ranges } = rangesOf(of);
  const { value, slopes } = slopesOf(loss, ranges);
  const named = ranges.flatMap(({ segments }, i) =>
    segments.flatMap(({ path, shape, offset, size }) => {
      const slope = slopes[i]
        ?.reshape([-1])
        .at([offset, offset + size])
        .reshape(shape);
      return slope ? [[path, slope] as const] : [];
    }),
  );
  return { loss: value, gradients: Object.fromEntries(named) };
}

/** Implements {@link StepContext.update}. Throws for a gradient of no weight, or of another shape. */
export function update(given: Readonly<Record<string, Tensor>>, of: Layer, optimizer: Optimizer): void {
  const { ranges, frozen } = rangesOf(of);
  const known = ranges.flatMap(({ segments }) => segments);
  for (const [path, gradient] of Object.entries(given)) {
    const segment = known.find((own) => own.path === path);
    const paths = known.map((own) => own.path);
    if (!segment)
      throw new ArgumentError(
        `update: ${of.describe()} has no trainable weight "${path}".${didYouMean(path, paths)} ` +
          `It has ${paths.join(", ") || "none"}.`,
      );
    if (!sameShape(segment.shape, gradient.shape))
      throw new ShapeError(
        `update: ${path}: expected a gradient of shape ${formatShape(segment.shape)}, ` +
          `got ${formatShape(gradient.shape)}.`,
      );
  }
  const pairs = ranges.map((range) => {
    const parts = range.segments.map(({ path, size }) => given[path]?.reshape([-1]) ?? zeros([size]));
    const [first] = parts;
    return [parts.length === 1 && first ? first : concatenate(parts), range] as const;
  });
  optimizer.applyGradients(pairs);
  constrain(of, frozen);
}

/** Applies the constraints of the parameters that a step has moved. */
export function constrain(root: Layer, frozen: ReadonlySet<Layer>): void {
  const bound = new Map<Variable, { from: number; to: number; value: Tensor }[]>();
  for (const { parameter, trainable } of parametersIn(root, frozen)) {
    const { constraint, storage, size } = parameter;
    if (!trainable || !constraint || !storage) continue;
    const { variable, offset } = storage;
    const value = constraint.call(parameter.value);
    bound.set(variable, [...(bound.get(variable) ?? []), { from: offset, to: offset + size, value }]);
  }
  for (const [of, ranges] of bound) assignRanges(of, ranges);
}
