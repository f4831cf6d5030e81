// The lines of Nabla that train the neuron of the scene, with its points and numbers.
import { type ModelName, targetOf } from "./names.ts";

interface Shown {
  readonly model: ModelName;
  readonly points: readonly (readonly number[])[];
  readonly start: readonly number[];
  readonly rate: number;
  readonly steps: number;
  /** The model has a solution in closed form for these points. */
  readonly isSolvable: boolean;
}

/** The loss of each example by z = wx + b, as the page computes it: with ln a written by z, nothing is infinite. */
const losses: Readonly<Record<ModelName, string>> = {
  linear: "z.sub(y).square()",
  tanh: "tanh(z).sub(y).square()",
  logistic: "softplus(z).sub(y.mul(z))",
  poisson: "exp(z).sub(y.mul(z))",
};
const functions: Readonly<Record<ModelName, string | undefined>> = {
  linear: undefined,
  tanh: "tanh",
  logistic: "softplus",
  poisson: "exp",
};

export function modelCode({ model, points, start, rate, steps, isSolvable }: Shown): string {
  const extra = [functions[model] ?? [], isSolvable ? ["linalg", "onesLike", "stack"] : []].flat();
  const imported = ["compile", "gradients", "tensor", "variable", ...extra].sort();
  const closed = `
const X = stack([x, onesLike(x)], 1);
console.log(await linalg.solve(X.transpose().matmul(X), X.transpose().matmul(y)).array());
`;
  return `import { ${imported.join(", ")} } from "nabla";

const x = tensor([${points.map(([x]) => x).join(", ")}]);
const y = tensor([${points.map(([, y]) => targetOf(model, y!)).join(", ")}]);
const [w, b] = [variable(${start[0]}), variable(${start[1]})];
const step = compile(() => {
  const z = x.mul(w).add(b);
  const L = ${losses[model]}.mean();
  const [dw, db] = gradients(L, [w, b]);
  w.assignAdd(dw.mul(-${rate}));
  b.assignAdd(db.mul(-${rate}));
  return L;
});
${steps > 0 ? `await step.repeat(${steps});\n` : ""}console.log(await w.array(), await b.array());
${isSolvable ? closed : ""}`;
}
