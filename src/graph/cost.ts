// The cost of computing one element, in simple instructions: the compiler weighs computing it again against storing it.

import type { ScalarBuilder, ScalarOp } from "../compile/scalar.ts";
import { paddedElementCost } from "../compile/thresholds.ts";
import { asInputs, type Node } from "../ops/op.ts";

export const weights = {
  neg: 1,
  abs: 1,
  sign: 3,
  floor: 1,
  ceil: 1,
  round: 1,
  trunc: 1,
  sqrt: 4,
  exp: 16,
  expm1: 25,
  log: 20,
  log1p: 25,
  sin: 25,
  cos: 25,
  tan: 40,
  tanh: 22,
  erf: 35,
  not: 1,
  add: 1,
  sub: 1,
  mul: 1,
  div: 4,
  mod: 8,
  pow: 60,
  min: 2,
  max: 2,
  atan2: 40,
  less: 1,
  lessEqual: 1,
  equal: 1,
  and: 1,
  or: 1,
  xor: 1,
  shiftLeft: 1,
  shiftRight: 1,
  select: 1,
} satisfies Record<ScalarOp, number>;

const remembered = new WeakMap<object, number>();

/** The instructions of a node's own element, without those of its inputs. */
export function elementCost(node: Node): number {
  if (node.op.kind === "movement") return node.op.fill ? paddedElementCost : 0;
  if (node.op.kind === "generate") return 0;
  if (node.op.kind !== "elementwise") return 1;
  const known = node.attrs === null ? remembered.get(node.op) : undefined;
  if (known !== undefined) return known;
  let cost = 0;
  const counting = new Proxy(
    {},
    {
      get: (_, name: string) => () => {
        cost += weights[name as ScalarOp] ?? (name === "cast" ? 1 : 0);
        return null;
      },
    },
  ) as ScalarBuilder<null>;
  node.op.scalar(counting, asInputs(node.inputs.map(() => null)), node.attrs);
  if (node.attrs === null) remembered.set(node.op, cost);
  return cost;
}
