// The lines of Nabla that do what a scene shows, with its numbers.
import type { Between, Name } from "./names.ts";

/** The names to import for a function, and f as an arrow function. */
function functionCode(name: Name, [p0, b1, w2, b2]: readonly number[]): { names: string[]; f: string } {
  const plain = (imported: string): { names: string[]; f: string } => ({
    names: [imported, "type Tensor"],
    f: `(u: Tensor) => ${imported}(u)`,
  });
  const withOption = (imported: string, option: string): { names: string[]; f: string } => ({
    names: [imported, "type Tensor"],
    f: `(u: Tensor) => ${imported}(u, { ${option}: ${p0} })`,
  });
  switch (name) {
    case "step":
      return plain("heaviside");
    case "identity":
      return plain("linear");
    case "leaky":
    case "prelu":
      return withOption("leakyRelu", "negativeSlope");
    case "elu":
      return withOption("elu", "alpha");
    case "silu":
      return p0 === 1
        ? plain("silu")
        : { names: ["sigmoid", "type Tensor"], f: `(u: Tensor) => u.mul(sigmoid(u.mul(${p0})))` };
    case "maxout":
      return { names: ["type Tensor"], f: `(u: Tensor) => u.mul(${p0}).add(${b1}).maximum(u.mul(${w2}).add(${b2}))` };
    default:
      return plain(name);
  }
}

export function curveCode(name: Name, parameters: readonly number[], u: number): string {
  const { names, f } = functionCode(name, parameters);
  const imported = [...names, "grad", "linspace", "tensor", "vmap"].sort((a, b) =>
    a.replace("type ", "").localeCompare(b.replace("type ", "")),
  );
  return `import { ${imported.join(", ")} } from "nabla";

const f = ${f};
const slope = grad(f);
const u = tensor(${u});
console.log(await f(u).item(), await slope(u).item());

const us = linspace(-6, 6, 481);
console.log(await f(us).array(), await vmap(slope)(us).array());
`;
}

export const softmaxCode = (
  z: readonly number[],
  T: number,
): string => `import { jacrev, softmax, type Tensor, tensor } from "nabla";

const z = tensor([${z.join(", ")}]);
const p = (z: Tensor) => softmax(z.div(${T}));
console.log(await z.div(${T}).exp().array());
console.log(await p(z).array());
console.log(await jacrev(p)(z).array());
`;

export const sumCode = (
  first: number,
  count: number,
): string => `import { arange, linspace, sigmoid, softplus } from "nabla";

const x = linspace(-5, 5, 201).reshape([-1, 1]);
const sum = sigmoid(x.add(${first}).sub(arange(0, ${count}))).sum(1);
const ramp = softplus(x.add(${first + 0.5})).squeeze(1);
console.log(await sum.sub(ramp).abs().max().item());
`;

const rows = (...values: readonly (readonly number[])[]): string =>
  values.map((row) => `[${row.join(", ")}]`).join(", ");

export function layersCode(layers: readonly (readonly number[])[], between: Between): string {
  const weights = layers.map(
    ([a, b, c, d, b1, b2], k) =>
      `const [W${k + 1}, b${k + 1}] = [tensor([${rows([a!, b!], [c!, d!])}]), tensor([${b1}, ${b2}])];`,
  );
  const f = (inner: string): string => (between === "none" ? inner : `activation("${between}")(${inner})`);
  const steps = layers.map((_, k) => {
    const input = k === 0 ? "x" : `h${k}`;
    const sum = `${input}.matmul(W${k + 1}).add(b${k + 1})`;
    return k === layers.length - 1 ? `const y = ${sum};` : `const h${k + 1} = ${f(sum)};`;
  });
  const W = layers.map((_, k) => (k === 0 ? "W1" : `.matmul(W${k + 1})`)).join("");
  const b = layers.slice(1).reduce((inner, _, k) => `${inner}.matmul(W${k + 2}).add(b${k + 2})`, "b1");
  return `import { ${between === "none" ? "" : "activation, "}tensor } from "nabla";

${weights.join("\n")}
const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
${steps.join("\n")}
const one = x.matmul(${W}).add(${b});
console.log(await y.array(), await one.array());
`;
}
