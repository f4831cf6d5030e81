// Evaluates tensors on the chosen backend and on the float64 reference, and compares the numbers.
import { interpret, type Values } from "../src/backends/reference/interpret.ts";
import { type DType, dtypeInfo, type TypedArray } from "../src/dtype.ts";
import { closeGraph } from "../src/graph/graph.ts";
import type { HostArray } from "../src/host-array.ts";
import type { Node } from "../src/ops/op.ts";
import type { HostRandom } from "../src/random.ts";
import { numbersOf } from "../src/runtime/evaluate.ts";
import { formatShape, type Shape } from "../src/shape.ts";
import type { Tensor } from "../src/tensor.ts";

/** The numbers of each tensor on the backend that `setBackend` chose, all from one program. */
export const backendValues = (tensors: readonly Tensor[]): Promise<TypedArray[]> =>
  numbersOf(
    tensors.map((x) => x.node),
    (arrays) => [...arrays],
  );

/**
 * The numbers of each tensor by the reference interpreter, floats in float64. `given` replaces the numbers of leaves,
 * so that the same graph can be evaluated at another point.
 */
export function referenceValues(tensors: readonly Tensor[], given: ReadonlyMap<Node, Values> = new Map()): Values[] {
  const graph = closeGraph(
    tensors.map((x) => x.node),
    [],
  );
  return interpret(
    graph,
    graph.inputs.map((node) => given.get(node) ?? Float64Array.from(node.value!)),
    new Map(),
  ).outputs;
}

export interface Tolerance {
  /** |got − want| ≤ relative · max(|want|, floor · the greatest finite |want|). */
  readonly relative: number;
  /** 0 makes the tolerance relative to each element, 1 relative to the greatest element. */
  readonly floor: number;
  /** Also distinguishes 0 from −0. */
  readonly zeroSigns?: boolean;
}

/** The smallest float32 that is not denormal: below it no relative error is promised. */
const leastNormal = 2 ** -126;

/** Describes where `got` differs from `want` (float64, rounded here to `dtype`); null if it does not. */
export function difference(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  dtype: DType,
  tolerance: Tolerance,
): string | null {
  if (got.length !== want.length) return `${got.length} numbers instead of ${want.length}`;
  const { isFloat } = dtypeInfo(dtype);
  const rounded = dtype === "float32" ? Float32Array.from(want) : want;
  let greatest = 0;
  if (isFloat)
    for (let i = 0; i < rounded.length; i++)
      if (Number.isFinite(rounded[i])) greatest = Math.max(greatest, Math.abs(rounded[i]!));
  let worst = -1;
  let worstExcess = 0;
  let count = 0;
  for (let i = 0; i < rounded.length; i++) {
    const [a, b] = [got[i]!, rounded[i]!];
    let excess = 0;
    if (!isFloat || !Number.isFinite(a) || !Number.isFinite(b))
      excess = Object.is(a, b) || (!isFloat && a === b) ? 0 : Infinity;
    else if (tolerance.zeroSigns && b === 0 && !Object.is(a, b)) excess = Infinity;
    else
      excess =
        Math.abs(a - want[i]!) / (tolerance.relative * Math.max(Math.abs(b), tolerance.floor * greatest, leastNormal));
    if (excess > (isFloat ? 1 : 0)) count++;
    if (excess > worstExcess) [worst, worstExcess] = [i, excess];
  }
  if (count === 0) return null;
  const text = (x: number): string => (Object.is(x, -0) ? "-0" : String(x));
  return `${count} of ${got.length} differ, most at ${worst}: ${text(got[worst]!)} instead of ${text(rounded[worst]!)}`;
}

/** Describes where two arrays differ in a bit; null if they do not. All NaN count as one value. */
export function bitDifference(got: ArrayLike<number>, want: ArrayLike<number>): string | null {
  if (got.length !== want.length) return `${got.length} numbers instead of ${want.length}`;
  for (let i = 0; i < want.length; i++)
    if (!Object.is(got[i], want[i])) return `element ${i} is ${got[i]} instead of ${want[i]}`;
  return null;
}

/** Describes where the numbers do not have the shape and dtype that the tensor declares; null if they do. */
export function declarationDifference(x: Tensor, numbers: TypedArray): string | null {
  if (numbers.length !== x.size) return `declares ${formatShape(x.shape)}, but has ${numbers.length} numbers`;
  return numbers.constructor === dtypeInfo(x.dtype).array
    ? null
    : `expected ${x.dtype}, got ${numbers.constructor.name}`;
}

/** An even draw from [low, high). */
export const drawFloat = (random: HostRandom, low: number, high: number): number =>
  low + ((high - low) * random.uint32()) / 2 ** 32;

/** A draw of either sign with a magnitude in [0.5, 1.5): a weight that hides no difference. */
export const drawWeight = (random: HostRandom): number => (random.below(2) ? 1 : -1) * drawFloat(random, 0.5, 1.5);

/** A host array of numbers drawn one by one. */
export function hostArray(shape: Shape, dtype: DType, draw: (i: number) => number): HostArray {
  const data = new (dtypeInfo(dtype).array)(shape.reduce((n, m) => n * m, 1));
  for (let i = 0; i < data.length; i++) data[i] = draw(i);
  return { data, shape, dtype };
}
