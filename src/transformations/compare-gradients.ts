// Compares traced gradients with differences of the value, in float64: the working part of `checkGradients`, which is
// loaded with it.
import { toArray } from "../backends/reference/index.ts";
import { interpret, type Values } from "../backends/reference/interpret.ts";
import { dtypeInfo, type TypedArray } from "../dtype.ts";
import { ArgumentError, NumericError } from "../errors.ts";
import { closeGraph, type Graph } from "../graph/graph.ts";
import { detachGraph } from "../graph/replace.ts";
import type { Node } from "../ops/op.ts";
import { backendName, enqueue, startBackend } from "../runtime/device.ts";
import { contiguousStrides, type Shape } from "../shape.ts";
import { zip } from "../zip.ts";

/** The options of `checkGradients`. */
export interface GradientCheckOptions {
  /** The step ε by which an element x is moved either way is epsilon · max(1, |x|). Default: 1e-5. */
  readonly epsilon?: number;
  /** Relative tolerance between gradient and difference, as a share of the greater of both. Default: 1e-4. */
  readonly relative?: number;
  /** Absolute tolerance between gradient and difference. Default: 1e-6. */
  readonly absolute?: number;
  /**
   * Tolerance between the backend, which computes in float32, and float64, as a share of the greatest element of an
   * input's gradient. Default: 1e-3.
   */
  readonly rounding?: number;
  /** The number of elements of each input and variable to check, spread evenly. Each costs two runs. Default: 100. */
  readonly elements?: number;
}

/** The element at which gradient and difference disagree most, relative to the tolerance. */
export interface GradientCheck {
  /** |analytic − numeric|. */
  readonly error: number;
  /** The index of the argument, or the name of the variable. */
  readonly input: number | string;
  readonly index: readonly number[];
  /** The derivative by the gradient rules. */
  readonly analytic: number;
  /** The derivative by differences of the value. */
  readonly numeric: number;
  /** The number of elements that were checked. */
  readonly checked: number;
}

/** An argument of a function or a variable that it reads. */
export interface Input {
  readonly node: Node;
  readonly name: number | string;
}

/** A function's graph, and the numbers of all its inputs. */
export interface TracedGradients {
  readonly loss: Node;
  /** The gradients with respect to the float inputs, in their order. */
  readonly slopes: readonly Node[];
  readonly inputs: readonly Input[];
  /** Other nodes from outside, which are constants of the function. */
  readonly outside: readonly Node[];
  /** The numbers of `inputs`, then of `outside`. */
  readonly numbers: readonly TypedArray[];
}

/** Finds the greatest difference between gradient and differences. Throws NumericError if it exceeds the tolerance. */
export async function compareGradients(
  traced: TracedGradients,
  { epsilon, relative, absolute, rounding, elements }: Required<GradientCheckOptions>,
): Promise<GradientCheck> {
  const { points, value, gradient, onBackend } = computable(traced);
  let worst: GradientCheck | null = null;
  let worstExcess = -1;
  let checked = 0;
  const slopes = gradient();
  for (const [{ at, name, shape }, slope] of zip(points, slopes)) {
    for (const i of spread(at.length, elements)) {
      const x = at[i]!;
      const step = epsilon * Math.max(1, Math.abs(x));
      const moved = (by: number): number => {
        at[i] = x + by;
        return value();
      };
      const numeric = (moved(step) - moved(-step)) / (2 * step);
      at[i] = x;
      const analytic = slope[i]!;
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
      `checkGradients: the gradient by ${nameOf(worst.input)} at [${worst.index}] is ${worst.analytic}, ` +
        `but differences of the value say ${worst.numeric}. ` +
        "A rule of customGradient may be wrong or stopGradient on the way; " +
        "or the function is not smooth at this point, or too steep for this epsilon.",
    );
  }
  const computed = await onBackend();
  for (const [{ name, shape }, want, got] of zip(points, slopes, computed)) {
    const allowed = absolute + rounding * want.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const i = want.findIndex((x, at) => !(Math.abs(got[at]! - x) <= allowed));
    if (i >= 0)
      throw new NumericError(
        `checkGradients: the gradient by ${nameOf(name)} at [${indexOf(i, shape)}] is ${got[i]} on the ` +
          `${backendName()} backend, but ${want[i]} in float64. ` +
          "The function may lose digits there in float32; if not, this is a bug of Nabla.",
      );
  }
  return { ...worst, checked };
}

const nameOf = (input: number | string): string => (typeof input === "number" ? `argument ${input}` : input);

const indexOf = (i: number, shape: Shape): number[] =>
  zip(contiguousStrides(shape), shape).map(([stride, n]) => Math.floor(i / stride) % n);

/** An input of the gradient, with its numbers, which are changed to compute differences. */
interface Point {
  readonly name: number | string;
  readonly shape: Shape;
  readonly at: Values;
}

interface Computable {
  readonly points: readonly Point[];
  /** The value at the current numbers of the points. */
  readonly value: () => number;
  /** The gradient with respect to each point. */
  readonly gradient: () => readonly Values[];
  /** The same, computed by the current backend. */
  readonly onBackend: () => Promise<readonly ArrayLike<number>[]>;
}

/** The graphs of value and gradient with their numbers. */
function computable({ loss, slopes, inputs, outside, numbers }: TracedGradients): Computable {
  const known = new Map<Node, Values>(
    zip(
      [...inputs.map(({ node }) => node), ...outside],
      numbers.map((array) => Float64Array.from(array)),
    ),
  );
  const valuesOf = (node: Node): Values => known.get(node)!; // All inputs of the graphs are among these.

  const graphOf = (roots: readonly Node[]): Graph => closeGraph(roots, [], [...known.keys()]);
  const compute = (roots: readonly Node[]): Values[] => {
    const graph = graphOf(roots);
    return interpret(graph, graph.inputs.map(valuesOf), new Map()).outputs;
  };
  return {
    points: inputs
      .filter(({ node }) => dtypeInfo(node.dtype).isFloat)
      .map(({ node, name }) => ({ name, shape: node.shape, at: valuesOf(node) })),
    value: () => compute([loss])[0]![0]!,
    gradient: () => compute(slopes),
    onBackend: () =>
      enqueue(async () => {
        const graph = graphOf(slopes);
        const program = await (await startBackend()).compile(detachGraph(graph));
        const inputs = graph.inputs.map((node) => toArray(valuesOf(node), node.dtype));
        return program.run(inputs, [], 1).finally(() => program.free());
      }),
  };
}

/** At most `most` of the indices below n, evenly spaced. */
function spread(n: number, most: number): number[] {
  const count = Math.min(n, most);
  return Array.from({ length: count }, (_, i) => Math.floor((i * n) / count));
}
