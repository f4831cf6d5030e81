// `checkGradients`: compares the gradients of a function with differences of its values.
import { dtypeInfo } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { gradientNodes } from "../graph/gradient.ts";
import { topologicalOrder } from "../graph/order.ts";
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { checkCount, checkOptions, checkRange } from "../options.ts";
import { hostRandom } from "../random.ts";
import type { Cell } from "../runtime/cell.ts";
import { numbersOf } from "../runtime/evaluate.ts";
import { type Trace, tracing } from "../runtime/trace.ts";
import { asTensor, Tensor, type TensorLike } from "../tensor.ts";
import type { GradientCheck, GradientCheckOptions, Input, TracedGradients } from "./compare-gradients.ts";
import { type Outputs, outputsOf, type Tensors } from "./outputs.ts";

export type { GradientCheck, GradientCheckOptions } from "./compare-gradients.ts";

/**
 * Compares the gradients of `f` with respect to its float arguments, and to every variable that it reads, with central
 * differences (f(x + ε) − f(x − ε)) / 2ε, element by element. Everything is computed in float64 by the reference
 * interpreter, which is exact and slow: use small inputs. If `f` returns more than one number, a sum of all with fixed
 * random weights is checked. At points where f is not smooth (relu at 0, equal elements under max, round) differences
 * do not give the gradient: choose other inputs.
 *
 * @returns the element with the worst agreement
 * @throws NumericError if the two differ by more than absolute + relative · the greater of both, or if the backend's
 *   gradient differs from float64 by more than its tolerance
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
  options: GradientCheckOptions = {},
): Promise<GradientCheck> {
  checkOptions("checkGradients", options, ["epsilon", "relative", "absolute", "rounding", "elements"]);
  const { epsilon = 1e-5, relative = 1e-4, absolute = 1e-6, rounding = 1e-3, elements = 100 } = options;
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

/** Traces the function to a graph with one number as its value, and collects the numbers of all inputs. */
async function traced(f: (...xs: Tensor[]) => Outputs, xs: readonly Tensor[]): Promise<TracedGradients> {
  const placeholders = xs.map((x, i) => ops.placeholder(i, x.shape, x.dtype));
  const into: Trace = {
    reads: new Map(),
    assigned: new Map(),
    firstId: placeholders[0]?.id ?? ops.full([], 0, "float32").id,
  };
  const loss = tracing(into, () =>
    weighted(outputsOf("checkGradients", f(...placeholders.map((node) => new Tensor(node))))),
  );
  const reads = [...into.reads] as [Cell, Node][];
  const sources: readonly Input[] = [
    ...placeholders.map((node, i) => ({ node, name: i })),
    ...reads.map(([cell, node]) => ({ node, name: cell.name })),
  ];
  const slopes = gradientNodes(
    loss,
    sources.filter(({ node }) => isFloat(node)).map(({ node }) => node),
  );

  // Nodes from before the trace are constants of the function.
  const isOutside = (node: Node): boolean => node.id < into.firstId || node.value !== undefined;
  const outside = topologicalOrder([loss, ...slopes], isOutside).filter(
    (node) => isOutside(node) && node.op.kind !== "generate",
  );
  const numbers = await numbersOf(
    [...xs.map((x) => x.node), ...reads.map(([cell]) => cell.node()), ...outside],
    (arrays) => arrays,
  );
  return { loss, slopes, inputs: sources, outside, numbers };
}

const isFloat = ({ dtype }: Pick<Node, "dtype">): boolean => dtypeInfo(dtype).isFloat;

/** The sum of all elements of all float outputs, each with a random weight. */
function weighted(ys: readonly Tensor[]): Node {
  const floats = ys.filter((y) => dtypeInfo(y.dtype).isFloat);
  const [first, ...others] = floats;
  if (!first)
    throw new ArgumentError(
      `checkGradients: expected a function that returns floats, got ${ys.map((y) => y.dtype).join(", ")}.`,
    );
  if (others.length === 0 && first.size === 1) return first.node;
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
