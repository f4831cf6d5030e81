// The table itself: what a case is, and the ways to add one.
import * as array from "../../src/functions/array.ts";
import type { Node } from "../../src/ops/op.ts";
import type { Shape } from "../../src/shape.ts";
import { Tensor } from "../../src/tensor.ts";
import type { Tolerance } from "../compare.ts";
import { type Domain, extremeInts, extremeUints, listed, type Sample, sample, specialFloats } from "../samples.ts";

export interface Case {
  /** The heading: cases of one heading are computed in one program. */
  readonly of: string;
  readonly name: string;
  readonly f: (...xs: Tensor[]) => Tensor | readonly Tensor[];
  readonly inputs: readonly Sample[];
  readonly tolerance: Tolerance;
  /**
   * "checked" by finite differences, known to be "zero", or "none" where the sample sits on a kink or holds no float.
   */
  readonly gradient: "checked" | "zero" | "none";
  /** True if the second derivative exists and is checked. */
  readonly smooth: boolean;
  /** True if each element is computed by itself, so that fusion with other operations must not change a bit. */
  readonly elementwise: boolean;
  /** The element by plain JavaScript, for elementwise cases. */
  readonly expect?: (...xs: number[]) => number;
}

export type F = Case["f"];
export type Options = Partial<Omit<Case, "of" | "name" | "f" | "inputs" | "tolerance"> & Tolerance>;

/** The option of a case whose second derivative exists and is checked. */
export const smooth = { smooth: true };

export const cases: Case[] = [];

export function add(of: string, name: string, f: F, inputs: readonly Sample[], options: Options = {}): void {
  const {
    relative = 1e-5,
    floor = 1,
    zeroSigns = false,
    gradient = "checked",
    smooth = false,
    elementwise = false,
    ...rest
  } = options;
  cases.push({
    of,
    name,
    f,
    inputs,
    tolerance: { relative, floor, zeroSigns },
    gradient,
    smooth,
    elementwise,
    ...rest,
  });
}

/** A function of nodes as one of tensors. */
export const lift =
  (g: (...xs: Node[]) => Node) =>
  (...xs: Tensor[]): Tensor =>
    new Tensor(g(...xs.map((x) => x.node)));
export const shapesText = (shapes: readonly Shape[]): string => shapes.map((s) => `[${s}]`).join(" ");

// ---- elementwise: f over every shape, every layout and the special values -------------------------------------

const soloShapes: Shape[] = [[], [1], [2], [3], [5], [7], [13], [17], [130], [1, 1], [2, 3], [5, 1, 7], [0], [3, 0, 2]];
const pairShapes: Shape[][] = [
  [[], []],
  [[1], [1]],
  [[3], [3]],
  [[17], [17]],
  [[67], [67]],
  [[], [5]],
  [[7], []],
  [[1], [13]],
  [[130], [1]],
  [
    [3, 1],
    [1, 4],
  ],
  [
    [2, 3, 4],
    [3, 1],
  ],
  [[5], [2, 1, 5]],
  [[13, 17], [17]],
  [[13, 1], [17]],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [[0], [1]],
  [
    [1, 1],
    [3, 0],
  ],
];
const tripleShapes: Shape[][] = [
  [[], [], []],
  [[7], [7], [7]],
  [[70], [], [1]],
  [
    [3, 1],
    [1, 4],
    [2, 1, 1],
  ],
  [[5], [3, 5], []],
  [[0], [1], []],
];

/** Views of the input, since the operands of a kernel are seldom contiguous. */
export const layouts: Record<string, { shape: Shape; view: (x: Tensor) => Tensor }> = {
  transposed: { shape: [5, 3], view: (x) => x.transpose() },
  sliced: { shape: [4, 9], view: (x) => x.at([1], [1, null, 2]) },
  flipped: { shape: [13], view: (x) => x.flip() },
  "flipped and stepped": { shape: [2, 9], view: (x) => x.at([], [null, null, -3]) },
  "windows of": { shape: [9, 2], view: (x) => x.slidingWindow(0, 3, { strides: 2 }) },
  stretched: { shape: [3, 1], view: (x) => x.broadcastTo([2, 3, 5]) },
  "permuted and reshaped": { shape: [2, 3, 4], view: (x) => x.transpose([2, 0, 1]).reshape([4, 6]) },
  "a row of": { shape: [4, 5], view: (x) => x.at(2) },
  "rows taken from": { shape: [4, 3], view: (x) => x.take([2, 0, 2]) },
  "joined with itself": { shape: [2, 3], view: (x) => array.concatenate([x, x.flip()], 1) },
};

export interface Elementwise extends Options {
  /** Values at which the float result is compared, but not its gradient. `null`: none. */
  readonly specials?: readonly number[] | null;
}

export function elementwise(
  of: string,
  f: F,
  domains: readonly Domain[],
  { specials = specialFloats, ...given }: Elementwise = {},
): void {
  const isFloat = domains.some((d) => d.hasGradient);
  const options: Options = { elementwise: true, floor: 0.01, gradient: isFloat ? "checked" : "none", ...given };
  const shapes = domains.length === 1 ? soloShapes.map((s) => [s]) : domains.length === 2 ? pairShapes : tripleShapes;
  for (const tuple of shapes)
    add(
      of,
      shapesText(tuple),
      f,
      domains.map((d, i) => sample(d, tuple[i]!)),
      options,
    );
  for (const [layout, { shape, view }] of Object.entries(layouts)) {
    const viewed: F = (...xs) => f(...xs.map(view));
    const { expect: _, ...unseen } = options; // The plain function does not apply the view.
    add(
      of,
      `${layout} [${shape}]`,
      viewed,
      domains.map((d) => sample(d, shape)),
      unseen,
    );
  }
  if (!specials || !domains.every((d) => d.dtype === "float32")) return;
  const n = specials.length;
  // Every special value against every other one.
  const crossed = domains.map((_, i) =>
    sample(
      listed(specials),
      domains.map((__, k) => (k === i ? n : 1)),
    ),
  );
  add(of, "special values", f, crossed, { ...options, gradient: "none", zeroSigns: given.zeroSigns ?? true });
}

/** An elementwise function of integers over ordinary shapes and over extreme values. */
export function integers(of: string, f: F, domains: readonly Domain[], expect?: (...xs: number[]) => number): void {
  const { dtype } = domains[0]!;
  elementwise(of, f, domains, { ...(expect && { expect }), specials: null });
  const extremes = dtype === "int32" ? extremeInts : dtype === "uint32" ? extremeUints : [0, 1];
  const crossed = domains.map((d, i) =>
    sample(
      listed(extremes, d.dtype),
      domains.map((_, k) => (k === i ? extremes.length : 1)),
    ),
  );
  add(of, `extreme ${dtype}`, f, crossed, { elementwise: true, gradient: "none", ...(expect && { expect }) });
}
