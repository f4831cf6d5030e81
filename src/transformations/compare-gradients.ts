// Holds traced gradients against differences of the value, in float64; the working part of `checkGradients`, loaded with it.
import { toDType } from "../backends/reference/index.ts";
import { interpret, type Values } from "../backends/reference/interpret.ts";
import { dtypeInfo, type TypedArray } from "../dtype.ts";
import { ArgumentError, NumericError } from "../errors.ts";
import { closeGraph, type Graph } from "../graph/graph.ts";
import { detachGraph } from "../graph/replace.ts";
import type { Node } from "../ops/op.ts";
import { backend, enqueue } from "../runtime/device.ts";
import { contiguousStrides, type Shape } from "../shape.ts";

/** The options of `checkGradients`. */
export interface GradientCheckOptions {
  /** How far an element x is moved either way, times max(1, |x|). Default: 1e-5. */
  readonly epsilon?: number;
  /** What share of the greater of both may lie between gradient and difference. Default: 1e-4. */
  readonly relative?: number;
  /** What may lie between them in any case. Default: 1e-6. */
  readonly absolute?: number;
  /**
   * By what share of the greatest element of an input's gradient the backend, which computes in float32, may stray from float64.
   * Default: 1e-3.
   */
  readonly rounding?: number;
  /** How many elements of each input and variable are tried, spread evenly. Each costs two runs. Default: 100. */
  readonly elements?: number;
}

/** Where gradient and difference lie farthest apart, measured by what was allowed there. */
export interface GradientCheck {
  /** |analytic − numeric|. */
  readonly error: number;
  /** The place of the argument, or the name of the variable. */
  readonly input: number | string;
  readonly index: readonly number[];
  /** By the rules of the gradient. */
  readonly analytic: number;
  /** By differences of the value. */
  readonly numeric: number;
  /** How many elements were tried. */
  readonly checked: number;
}

/** Something that goes into a function, with its name and its numbers. */
export interface Place {
  readonly node: Node;
  readonly name: number | string;
}

/** A function's graph and all numbers that go in. */
export interface TracedGradients {
  readonly loss: Node;
  /** The gradients by those places that hold floats, in their order. */
  readonly slopes: readonly Node[];
  readonly places: readonly Place[];
  /** What the function takes from outside, beside its places. */
  readonly outside: readonly Node[];
  /** The numbers of the places, then of what comes from outside. */
  readonly numbers: readonly TypedArray[];
}

/** Finds where gradient and difference lie farthest apart. Throws NumericError where that is too far. */
export async function compareGradients(
  traced: TracedGradients,
  { epsilon, relative, absolute, rounding, elements }: Required<GradientCheckOptions>,
): Promise<GradientCheck> {
  const { points, value, gradient, onBackend } = computable(traced);
  let worst: GradientCheck | null = null;
  let worstExcess = -1;
  let checked = 0;
  const slopes = gradient();
  for (const [k, { at, name, shape }] of points.entries()) {
    for (const i of spread(at.length, elements)) {
      const x = at[i]!;
      const step = epsilon * Math.max(1, Math.abs(x));
      const moved = [1, -1].map((sign) => {
        at[i] = x + sign * step;
        return value();
      });
      at[i] = x;
      const numeric = (moved[0]! - moved[1]!) / (2 * step);
      const analytic = slopes[k]![i]!;
      const error = Math.abs(analytic - numeric);
      const excess = Object.is(analytic, numeric)
        ? 0
        : error / (absolute + relative * Math.max(Math.abs(analytic), Math.abs(numeric)));
      checked++;
      if (excess <= worstExcess) continue;
      worstExcess = Number.isNaN(excess) ? Infinity : excess;
      worst = {
        error,
        input: name,
        index: indexOf(i, shape),
        analytic,
        numeric,
        checked: 0,
      };
    }
  }
  if (!worst)
    throw new ArgumentError(
      "checkGradients: there is no element to check: no argument holds floats, and no variable is read.",
    );
  if (worstExcess > 1) {
    throw new NumericError(
      `checkGradients: the gradient by ${nameOf(worst.input)} at [${worst.index}] is ${worst.analytic}, but differences of the value say ${worst.numeric}. ` +
        "A rule of customGradient may be wrong or stopGradient on the way; or the function is not smooth at this point, or too steep for this epsilon.",
    );
  }
  const computed = await onBackend();
  for (const [k, { name, shape }] of points.entries()) {
    const want = slopes[k]!;
    const allowed = absolute + rounding * want.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const i = want.findIndex((x, at) => !(Math.abs(computed[k]![at]! - x) <= allowed));
    if (i >= 0)
      throw new NumericError(
        `checkGradients: the gradient by ${nameOf(name)} at [${indexOf(i, shape)}] is ${computed[k]![i]} on the ${backend().name} ` +
          `backend, but ${want[i]} in float64. The function may lose digits there in float32; if not, this is a bug of Nabla.`,
      );
  }
  return { ...worst, checked };
}

const nameOf = (input: number | string): string => (typeof input === "number" ? `argument ${input}` : input);

const indexOf = (i: number, shape: Shape): number[] =>
  contiguousStrides(shape).map((stride, axis) => Math.floor(i / stride) % shape[axis]!);

/** Something by which the gradient is taken, with its numbers, which may be changed. */
interface Point {
  readonly name: number | string;
  readonly shape: Shape;
  readonly at: Values;
}

interface Computable {
  readonly points: readonly Point[];
  /** The value at the points' present numbers. */
  readonly value: () => number;
  /** The gradient there, for each point. */
  readonly gradient: () => readonly Values[];
  /** The same by the current backend. */
  readonly onBackend: () => Promise<readonly ArrayLike<number>[]>;
}

/** The graphs of value and gradient with their numbers. */
function computable({ loss, slopes, places, outside, numbers }: TracedGradients): Computable {
  const known = new Map<Node, Values>(
    [...places.map(({ node }) => node), ...outside].map((node, i) => [node, Float64Array.from(numbers[i]!)]),
  );
  const graphOf = (roots: readonly Node[]): Graph => closeGraph(roots, [], [...known.keys()]);
  const compute = (roots: readonly Node[]): Values[] => {
    const graph = graphOf(roots);
    return interpret(
      graph,
      graph.inputs.map((node) => known.get(node)!),
      new Map(),
    ).outputs;
  };
  return {
    points: places
      .filter(({ node }) => dtypeInfo(node.dtype).isFloat)
      .map(({ node, name }) => ({ name, shape: node.shape, at: known.get(node)! })),
    value: () => compute([loss])[0]![0]!,
    gradient: () => compute(slopes),
    onBackend: () =>
      enqueue(async () => {
        const graph = graphOf(slopes);
        const program = await backend().compile(detachGraph(graph));
        const inputs = graph.inputs.map((node) => toDType(known.get(node)!, node.dtype));
        return program.run(inputs, [], 1).finally(() => program.free());
      }),
  };
}

/** At most `most` of the numbers below n, evenly apart. */
function spread(n: number, most: number): number[] {
  const count = Math.min(n, most);
  return Array.from({ length: count }, (_, i) => Math.floor((i * n) / count));
}
