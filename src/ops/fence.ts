// A value that is used only after another has been computed: how what is computed again is kept apart, and late.
import { apply, defineOp, type MovementOp, type Node } from "./op.ts";

export const fenceOp: MovementOp<null> = defineOp({
  name: "fence",
  kind: "movement",
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  source: (_, index) => [...index],
  waits: true,
  vjp: (_, dy) => [dy, null],
});

/**
 * The same numbers as `x`, but no equal node: what is made of them is not shared with what is made of `x`, and is computed
 * only after `until`.
 */
export function fence(x: Node, until: Node): Node {
  return apply(fenceOp, [x, until], null);
}
