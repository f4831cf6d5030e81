// A value that may be used only after another has been computed. Checkpointing recomputes values behind such fences,
// so that they are computed late, and are not merged with the first copies.
import { apply, defineOp, type MovementOp, type Node } from "./op.ts";

export const fenceOp: MovementOp<null> = defineOp({
  name: "fence",
  kind: "movement",
  infer: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  source: (_, index) => [...index],
  waits: true,
  vjp: (_, dy) => [dy, null],
});

/**
 * The same numbers as `x`, computed only after `until`. The node never counts as equal to `x`, so that nodes made from
 * it are not merged with nodes made from `x`.
 */
export function fence(x: Node, until: Node): Node {
  return apply(fenceOp, [x, until], null);
}
