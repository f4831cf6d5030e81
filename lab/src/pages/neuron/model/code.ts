// The lines of Nabla that train the neuron of the scene, with its points and numbers.
import { type ModelName, targetOf } from "./names.ts";

interface Shown {
  readonly model: ModelName;
  readonly points: readonly (readonly number[])[];
  readonly start: readonly number[];
  readonly rate: number;
  readonly steps: number;
}

const answers: Readonly<Record<ModelName, string>> = {
  linear: "x.mul(w).add(b)",
  tanh: "tanh(x.mul(w).add(b))",
  logistic: "sigmoid(x.mul(w).add(b))",
  poisson: "exp(x.mul(w).add(b))",
};
const square = "a.sub(y).square().mean()";
const losses: Readonly<Record<ModelName, string>> = {
  linear: square,
  tanh: square,
  logistic: "y.mul(a.log()).add(y.neg().add(1).mul(a.neg().add(1).log())).mean().neg()",
  poisson: "a.sub(y.mul(a.log())).mean()",
};
const functions: Readonly<Record<ModelName, string | undefined>> = {
  linear: undefined,
  tanh: "tanh",
  logistic: "sigmoid",
  poisson: "exp",
};

export function modelCode({ model, points, start, rate, steps }: Shown): string {
  const isLinear = model === "linear";
  const extra = isLinear ? ["linalg", "onesLike", "stack"] : [functions[model]!];
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
  const a = ${answers[model]};
  const L = ${losses[model]};
  const [dw, db] = gradients(L, [w, b]);
  w.assignAdd(dw.mul(-${rate}));
  b.assignAdd(db.mul(-${rate}));
  return L;
});
await step.repeat(${Math.max(1, steps)});
console.log(await w.array(), await b.array());
${isLinear ? closed : ""}`;
}
