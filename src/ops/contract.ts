// The general two-operand einsum, which every matrix product is an instance of.
import { dtypeInfo } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { formatShape, type Shape } from "../shape.ts";
import { zip } from "../zip.ts";
import { apply, type ContractLabels, type ContractOp, defineOp, type Node } from "./op.ts";

/** The length of each labelled axis. Throws a ShapeError if the operands disagree. */
export function labelExtents(a: Shape, b: Shape, labels: ContractLabels): Map<number, number> {
  const extents = new Map<number, number>();
  const note = (shape: Shape, of: readonly number[]): void =>
    zip(of, shape).forEach(([label, length]) => {
      const known = extents.get(label);
      if (known !== undefined && known !== length) {
        throw new ShapeError(
          `contract: ${formatShape(a)} and ${formatShape(b)} do not fit: an axis that both share is ${known} in one ` +
            `and ${length} in the other.`,
        );
      }
      extents.set(label, length);
    });
  note(a, labels.a);
  note(b, labels.b);
  return extents;
}

export const contractOp: ContractOp<ContractLabels> = defineOp({
  name: "contract",
  kind: "contract",
  infer: ([a, b], labels: ContractLabels) => {
    if (a.dtype !== b.dtype || !dtypeInfo(a.dtype).isFloat) {
      throw new DTypeError(`contract: expected two operands of float32, got ${a.dtype} and ${b.dtype}.`);
    }
    if (labels.a.length !== a.shape.length || labels.b.length !== b.shape.length) {
      throw new ArgumentError(
        `contract: expected one label for each axis, got [${labels.a}] for ${formatShape(a.shape)} and ` +
          `[${labels.b}] for ${formatShape(b.shape)}.`,
      );
    }
    const isKept = (label: number) => labels.out.includes(label);
    if ([labels.a, labels.b, labels.out].some((l) => new Set(l).size !== l.length)) {
      throw new ArgumentError("contract: an operand names a label twice; take its diagonal first.");
    }
    if (
      labels.a.some((l) => !isKept(l) && !labels.b.includes(l)) ||
      labels.b.some((l) => !isKept(l) && !labels.a.includes(l))
    ) {
      throw new ArgumentError("contract: an axis of one operand alone is summed away; sum it first.");
    }
    const extents = labelExtents(a.shape, b.shape, labels);
    return {
      shape: labels.out.map((label) => {
        const extent = extents.get(label);
        if (extent === undefined) throw new ArgumentError(`contract: neither operand has the output's label ${label}.`);
        return extent;
      }),
      dtype: a.dtype,
    };
  },
  // dA = dC · B, summed over the labels that A lacks, and dB likewise.
  vjp: (o, dy, [a, b], y) => {
    const { a: la, b: lb, out } = y.attrs as ContractLabels;
    return [o.contract(dy, b, { a: out, b: lb, out: la }), o.contract(a, dy, { a: la, b: out, out: lb })];
  },
});

/** out[labels.out] = Σ a[labels.a] · b[labels.b], over the labels that the output lacks. */
export function contract(a: Node, b: Node, labels: ContractLabels): Node {
  return apply(contractOp, [a, b], labels);
}
