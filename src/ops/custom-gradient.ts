// A value with a gradient rule of its own, for cases in which the rule derived from its parts is slow or inexact.
import { placeholder } from "./leaf.ts";
import { apply, defineOp, type MovementOp, type Node, type Ops, type Rewrite } from "./op.ts";

/** Maps the cotangent of the value to those of the arguments; `null` for an argument without one. */
export type GradientRule = (dy: Node, o: Ops) => readonly (Node | null)[];

interface CustomGradientAttrs {
  readonly rule: GradientRule;
}

export const customGradientOp: MovementOp<CustomGradientAttrs> = defineOp({
  name: "customGradient",
  kind: "movement",
  infer: ([value]) => ({ shape: value.shape, dtype: value.dtype }),
  source: (_, index) => [...index],
  vjp: (o, dy, _, y) => [null, ...(y.attrs as CustomGradientAttrs).rule(dy, o)],
  rewritten: (y, rewrite) => ({ rule: rewrittenRule(y, rewrite) }),
  batch: (_, y, inputs, rewrite) => apply(customGradientOp, inputs, { rule: rewrittenRule(y, rewrite) }),
  simplify: (_, y) => y.inputs[0],
});

/** The rule refers to nodes of the old graph. It is applied to a placeholder, and its result is rewritten. */
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

/** The same value as a separate node, so that a gradient with respect to it excludes other uses of `x`. */
export function identity(x: Node): Node {
  return customGradient(x, [x], (dy) => [dy]);
}

/** `value`, computed from `args`, with the gradient that `rule` gives. */
export function customGradient(value: Node, args: readonly Node[], rule: GradientRule): Node {
  return apply(customGradientOp, [value, ...args], { rule });
}
