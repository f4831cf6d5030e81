// A value whose gradient is told by its maker, where the rule that would follow from its parts is slow or inexact.
import { apply, defineOp, type MovementOp, type Node, type Ops } from "./op.ts";

/** The cotangents of the arguments, given that of the value; `null` for an argument that has none. */
export type GradientRule = (dy: Node, o: Ops) => readonly (Node | null)[];

export const customGradientOp: MovementOp<{ rule: GradientRule }> = defineOp({
  name: "customGradient",
  kind: "movement",
  infer: ([value]) => ({ shape: value!.shape, dtype: value!.dtype }),
  source: (_, index) => [...index],
  vjp: (o, dy, _, y) => [null, ...(y.attrs as { rule: GradientRule }).rule(dy, o)],
  simplify: (_, y) => y.inputs[0]!,
  onnx: "Identity",
});

/** `value`, computed from `args`, whose gradient by those is what `rule` says. */
export function customGradient(value: Node, args: readonly Node[], rule: GradientRule): Node {
  return apply(customGradientOp, [value, ...args], { rule });
}
