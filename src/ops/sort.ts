// Sorting: the order of the elements along an axis. A gather gives the sorted values.
import { computedDType } from "../dtype.ts";
import { ArgumentError, DTypeError } from "../errors.ts";
import { formatShape } from "../shape.ts";
import { apply, defineOp, type Node, noGradient, type RoutineOp } from "./op.ts";

interface ArgsortAttrs {
  readonly axis: number;
  readonly descending: boolean;
}

export const argsortOp: RoutineOp<ArgsortAttrs> = defineOp({
  name: "argsort",
  kind: "routine",
  routine: "argsort",
  infer: ([x], { axis }: ArgsortAttrs) => {
    if (x.shape[axis] === undefined) throw new ArgumentError(`argsort: ${formatShape(x.shape)} has no axis ${axis}.`);
    const computed = computedDType(x.dtype);
    if (x.dtype !== computed)
      throw new DTypeError(`argsort: expected float32, int32 or uint32, got ${x.dtype}; cast to ${computed} first.`);
    return { shape: x.shape, dtype: "int32" };
  },
  vjp: noGradient,
});

/**
 * The indices along `axis` of the elements in order. Equal elements keep their order, 0 and −0 are equal, and NaN is
 * greater than any number.
 */
export function argsort(x: Node, axis: number, descending: boolean): Node {
  return apply(argsortOp, [x], { axis, descending });
}
