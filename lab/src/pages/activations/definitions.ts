// The functions of the page: the course's own definitions, and those whose parameters can be moved.
import { grad, maxout, sigmoid, stack, type Tensor, vmap, where } from "nabla";
import { type Activation, activationList } from "../../../../recipes/course/activation-list.ts";
import type { Name } from "./names.ts";

export interface Definition {
  /** f(u) with the parameters p; functions without parameters do not read p. */
  readonly f: (u: Tensor, p: Tensor) => Tensor;
  /** f′(u) as the formula gives it. */
  readonly byHand: (u: Tensor, p: Tensor) => Tensor;
}

/** A function as the course defines it. */
function ofCourse(name: string): Definition {
  const found: Activation | undefined = activationList.find((activation) => activation.name.en === name);
  if (!found) throw new Error(`The course's list of activations holds no "${name}".`);
  return { f: (u) => found.f(u), byHand: (u) => found.slope(u) };
}

/** u above zero, p₀u below: Leaky ReLU and PReLU. */
const leaky: Definition = {
  f: (u, p) => where(u.greater(0), u, u.mul(p.at(0))),
  byHand: (u, p) => where(u.greater(0), 1, p.at(0)),
};

const firstLine = (u: Tensor, p: Tensor): Tensor => u.mul(p.at(0)).add(p.at(1)); // w₁u + b₁
const secondLine = (u: Tensor, p: Tensor): Tensor => u.mul(p.at(2)).add(p.at(3)); // w₂u + b₂

export const definitions: Readonly<Record<Name, Definition>> = {
  sigmoid: ofCourse("Sigmoid"),
  tanh: ofCourse("tanh"),
  step: ofCourse("Heaviside's step"),
  sign: ofCourse("Sign"),
  identity: ofCourse("Identity"),
  exp: ofCourse("Exponential"),
  relu: ofCourse("ReLU"),
  leaky,
  prelu: leaky,
  elu: {
    // The inner choice keeps eᵘ − 1 from overflowing where it is not used.
    f: (u, p) => {
      const isPositive = u.greater(0);
      return where(isPositive, u, where(isPositive, 0, u).expm1().mul(p.at(0)));
    },
    byHand: (u, p) => where(u.greater(0), 1, u.minimum(0).exp().mul(p.at(0))),
  },
  selu: ofCourse("SELU"),
  gelu: ofCourse("GELU"),
  silu: {
    f: (u, p) => u.mul(sigmoid(u.mul(p.at(0)))),
    byHand: (u, p) => {
      const s = sigmoid(u.mul(p.at(0)));
      return s.add(u.mul(p.at(0)).mul(s).mul(s.neg().add(1))); // σ(βu) + βu·σ(βu)·(1 − σ(βu))
    },
  },
  softplus: ofCourse("Softplus"),
  softsign: ofCourse("SoftSign"),
  maxout: {
    f: (u, p) => maxout(stack([firstLine(u, p), secondLine(u, p)], -1), 1).squeeze(-1),
    byHand: (u, p) => {
      const [first, second] = [firstLine(u, p), secondLine(u, p)];
      // Where the lines cross there is no derivative; the mean of both slopes is one of the subgradients.
      const either = where(first.greater(second), p.at(0), p.at(2));
      return where(first.equal(second), p.at(0).add(p.at(2)).mul(0.5), either);
    },
  },
};

/** f′ at each u: the gradient of f at one number, mapped over all of them. */
export const slopeOf = (name: Name): ((u: Tensor, p: Tensor) => Tensor) =>
  vmap(
    grad((u: Tensor, p: Tensor) => definitions[name].f(u, p)),
    { inAxes: [0, null] },
  );
