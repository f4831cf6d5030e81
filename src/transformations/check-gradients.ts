// `checkGradients`: the gradients of a function held against differences of its values.
import { interpret, toDType, type Values } from "../backends/reference/interpret.ts";
import { dtypeInfo } from "../dtype.ts";
import { ArgumentError, NumericError } from "../errors.ts";
import { gradientNodes } from "../graph/gradient.ts";
import { closeGraph, type Graph } from "../graph/graph.ts";
import { topologicalOrder } from "../graph/order.ts";
import { detachGraph } from "../graph/replace.ts";
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { checkCount, checkRange } from "../options.ts";
import { hostRandom } from "../random.ts";
import type { Cell } from "../runtime/cell.ts";
import { backend, enqueue } from "../runtime/device.ts";
import { numbersOf } from "../runtime/evaluate.ts";
import { type Trace, tracing } from "../runtime/trace.ts";
import { contiguousStrides, type Shape } from "../shape.ts";
import { asTensor, Tensor, type TensorLike } from "../tensor.ts";
import { type Outputs, outputsOf, type Tensors } from "./outputs.ts";

/** The options of {@link checkGradients}. */
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

/**
 * Holds the gradients of `f` by all its float arguments, and by every variable that it reads, to central differences
 * (f(x + ε) − f(x − ε)) / 2ε, element by element. All is computed in float64 by the reference interpreter, which is
 * exact and slow: give it small inputs. Where `f` gives more than one number, a sum of all with fixed random weights is
 * checked. Where f is not smooth (relu at 0, equal elements under max, round), no difference is a gradient: choose
 * other inputs.
 *
 * @returns where the agreement is worst
 * @throws NumericError where the two differ by more than absolute + relative · the greater of both, or the backend strays.
 * @example
 * const softplus = customGradient((x: Tensor) => ({
 *   value: x.exp().log1p(),
 *   gradient: (dy) => dy.mul(sigmoid(x)),
 * }));
 * const { error } = await checkGradients(softplus, [[-1, 0, 2]]);
 * error < 1e-8; // true
 */
export async function checkGradients<Args extends TensorLike[]>(
  f: (...xs: Tensors<Args>) => Outputs,
  inputs: readonly [...Args],
  { epsilon = 1e-5, relative = 1e-4, absolute = 1e-6, rounding = 1e-3, elements = 100 }: GradientCheckOptions = {},
): Promise<GradientCheck> {
  checkRange("checkGradients", "epsilon", epsilon, Number.MIN_VALUE);
  checkRange("checkGradients", "relative", relative, 0);
  checkRange("checkGradients", "absolute", absolute, 0);
  checkRange("checkGradients", "rounding", rounding, 0);
  checkCount("checkGradients", "elements", elements);
  const { points, value, gradient, onBackend } = await traced(
    f as (...xs: Tensor[]) => Outputs,
    inputs.map((x) => asTensor(x)),
  );

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

interface Traced {
  readonly points: readonly Point[];
  /** The value at the points' present numbers. */
  readonly value: () => number;
  /** The gradient there, for each point. */
  readonly gradient: () => readonly Values[];
  /** The same by the current backend. */
  readonly onBackend: () => Promise<readonly ArrayLike<number>[]>;
}

/** Makes a graph of the function, with one number as its value, and gathers all numbers that go in. */
async function traced(f: (...xs: Tensor[]) => Outputs, xs: readonly Tensor[]): Promise<Traced> {
  const parameters = xs.map((x, i) => ops.placeholder(i, x.shape, x.dtype));
  const into: Trace = {
    reads: new Map(),
    assigned: new Map(),
    firstId: parameters[0]?.id ?? ops.full([], 0, "float32").id,
  };
  const loss = tracing(into, () =>
    weighted(outputsOf("checkGradients", f(...parameters.map((node) => new Tensor(node))))),
  );
  const isFloat = ({ dtype }: Node): boolean => dtypeInfo(dtype).isFloat;
  const cells = [...into.reads.keys()] as Cell[];
  const places: readonly { node: Node; name: number | string }[] = [
    ...parameters.map((node, i) => ({ node, name: i })),
    ...cells.map((cell) => ({ node: into.reads.get(cell)!, name: cell.name })),
  ];
  const slopes = gradientNodes(
    loss,
    places.filter(({ node }) => isFloat(node)).map(({ node }) => node),
  );

  // What was made before the trace is a constant of the function.
  const isOutside = (node: Node): boolean => node.id < into.firstId || node.value !== undefined;
  const outside = topologicalOrder([loss, ...slopes], isOutside).filter(
    (node) => isOutside(node) && node.op.kind !== "generate",
  );
  const numbers = await numbersOf(
    [...xs.map((x) => x.node), ...cells.map((cell) => cell.node()), ...outside],
    (arrays) => arrays,
  );
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
      .filter(({ node }) => isFloat(node))
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

/** One number that shows every element of every float output, each with a weight of its own. */
function weighted(ys: readonly Tensor[]): Node {
  const floats = ys.filter((y) => dtypeInfo(y.dtype).isFloat);
  if (floats.length === 0)
    throw new ArgumentError(`checkGradients: the value must hold floats, but is ${ys.map((y) => y.dtype).join(", ")}.`);
  if (floats.length === 1 && floats[0]!.size === 1) return floats[0]!.node;
  const random = hostRandom(0);
  const weight = (): number => (random.below(2) ? 1 : -1) * (0.5 + random.uint32() / 2 ** 32);
  const sums = floats.map((y) => {
    const weights = ops.data(Float32Array.from({ length: y.size }, weight), y.shape, "float32");
    return ops.sum(
      ops.mul(y.node, weights),
      y.shape.map((_, i) => i),
    );
  });
  return sums.reduce((a, b) => ops.add(a, b));
}

/** At most `most` of the numbers below n, evenly apart. */
function spread(n: number, most: number): number[] {
  const count = Math.min(n, most);
  return Array.from({ length: count }, (_, i) => Math.floor((i * n) / count));
}
