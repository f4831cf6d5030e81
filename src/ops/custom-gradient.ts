// A value whose gradient is told by its maker, where the rule that would follow from its parts is slow or inexact.
import { placeholder } from "./leaf.ts";
import { apply, defineOp, type MovementOp, type Node, type Ops, type Rewrite } from "./op.ts";

/** The cotangents of the arguments, given that of the value; `null` for an argument that has none. */
export type GradientRule = (dy: Node, o: Ops) => readonly (Node | null)[];

interface CustomGradientAttrs {
  readonly rule: GradientRule;
}

export const customGradientOp: MovementOp<CustomGradientAttrs> = defineOp({
  name: "customGradient",
  kind: "movement",
  infer: ([value]) => ({ shape: value!.shape, dtype: value!.dtype }),
  source: (_, index) => [...index],
  vjp: (o, dy, _, y) => [null, ...(y.attrs as CustomGradientAttrs).rule(dy, o)],
  rewritten: (y, rewrite) => ({ rule: rewrittenRule(y, rewrite) }),
  batch: (_, y, inputs, rewrite) => apply(customGradientOp, inputs, { rule: rewrittenRule(y, rewrite) }),
  simplify: (_, y) => y.inputs[0]!,
});

/** The rule speaks of nodes of its own graph: what it says of a stand-in for the cotangent is rewritten like the rest. */
function rewrittenRule(y: Node<CustomGradientAttrs>, rewrite: Rewrite): GradientRule {
  return (dy, o) => {
    const standIn = placeholder(0, y.shape, y.dtype);
    const parts = y.attrs.rule(standIn, o);
    const rewritten = rewrite(
      parts.filter((part) => part !== null),
      new Map([[standIn, dy]]),
    );
    return parts.map((part) => (part === null ? null : rewritten.shift()!));
  };
}

/** The same value as a node of its own, so that a gradient by it is told from one by `x`. */
export function identity(x: Node): Node {
  return customGradient(x, [x], (dy) => [dy]);
}

/** `value`, computed from `args`, whose gradient by those is what `rule` says. */
export function customGradient(value: Node, args: readonly Node[], rule: GradientRule): Node {
  return apply(customGradientOp, [value, ...args], { rule });
}
