// The lines of Nabla that condition the neuron, with the numbers of the scene.
interface Shown {
  readonly trials: string;
  readonly eta: number;
  readonly theta: number;
  readonly oja: boolean;
}

const inputs: Readonly<Record<string, string>> = { f: "[1, 0]", b: "[0, 1]", t: "[1, 1]" };

export const hebbCode = ({
  trials,
  eta,
  theta,
  oja,
}: Shown): string => `import { compile, tensor, variable, where } from "nabla";

const w = variable([1, 0]); // food, bell
const step = compile((x) => {
  const z = x.matmul(w);
  const fires = z.sub(${theta}).greater(1e-5); // by more than what rounding adds
  const y = where(fires, ${oja ? "z" : "1"}, 0);
  w.assignAdd(${oja ? "x.sub(w.value.mul(y)).mul(y)" : "x.mul(y)"}.mul(${eta}));
  return y;
});
const trials = [${[...(trials || "ttt")].map((letter) => inputs[letter]).join(", ")}];
for (const x of trials) await step(tensor(x));
console.log(await w.array());
`;
