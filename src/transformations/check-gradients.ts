// `checkGradients`: the gradients of a function held against differences of its values.
import { dtypeInfo } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { gradientNodes } from "../graph/gradient.ts";
import { topologicalOrder } from "../graph/order.ts";
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { checkCount, checkRange } from "../options.ts";
import { hostRandom } from "../random.ts";
import type { Cell } from "../runtime/cell.ts";
import { numbersOf } from "../runtime/evaluate.ts";
import { type Trace, tracing } from "../runtime/trace.ts";
import { asTensor, Tensor, type TensorLike } from "../tensor.ts";
import type { GradientCheck, GradientCheckOptions, Place, TracedGradients } from "./compare-gradients.ts";
import { type Outputs, outputsOf, type Tensors } from "./outputs.ts";

export type { GradientCheck, GradientCheckOptions } from "./compare-gradients.ts";

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
  const gradients = await traced(
    f as (...xs: Tensor[]) => Outputs,
    inputs.map((x) => asTensor(x)),
  );
  const { compareGradients } = await import("./compare-gradients.ts");
  return compareGradients(gradients, { epsilon, relative, absolute, rounding, elements });
}

/** Makes a graph of the function, with one number as its value, and gathers all numbers that go in. */
async function traced(f: (...xs: Tensor[]) => Outputs, xs: readonly Tensor[]): Promise<TracedGradients> {
  const parameters = xs.map((x, i) => ops.placeholder(i, x.shape, x.dtype));
  const into: Trace = {
    reads: new Map(),
    assigned: new Map(),
    firstId: parameters[0]?.id ?? ops.full([], 0, "float32").id,
  };
  const loss = tracing(into, () =>
    weighted(outputsOf("checkGradients", f(...parameters.map((node) => new Tensor(node))))),
  );
  const cells = [...into.reads.keys()] as Cell[];
  const places: readonly Place[] = [
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
  return { loss, slopes, places, outside, numbers };
}

const isFloat = ({ dtype }: Pick<Node, "dtype">): boolean => dtypeInfo(dtype).isFloat;

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
