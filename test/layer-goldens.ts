// Holds layers to PyTorch's values and gradients, which test/goldens/make.py has written: in Node and in a page.
import { functional, gradients, input, type Layer, layers, type Tensor, tensor } from "../src/index.ts";
import { claim, claimSame } from "./claims.ts";
import { difference } from "./compare.ts";

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}
export interface LayerGolden {
  readonly name: keyof typeof layers;
  /** The arguments of the factory; `{ layer: ["dense", 4] }` stands for a layer. */
  readonly args: readonly unknown[];
  /** The names of the parameters, which are the last of the inputs. */
  readonly parameters: readonly string[];
  readonly training: boolean;
  readonly inputs: readonly Numbers[];
  readonly value: Numbers;
  readonly weights?: Numbers;
  readonly gradients?: readonly (Numbers | null)[];
}

const given = ({ data, shape }: Numbers): Tensor => tensor(Float32Array.from(data, Number), { shape });

function make(name: LayerGolden["name"], args: readonly unknown[]): Layer {
  const given = args.map((arg) => {
    const { layer } = arg as { layer?: [LayerGolden["name"], ...unknown[]] };
    return layer ? make(layer[0], layer.slice(1)) : arg;
  });
  return (layers[name] as (...args: any[]) => Layer)(...given);
}

async function agrees(x: Tensor, golden: Numbers, what: string): Promise<void> {
  claimSame(x.shape, golden.shape, `the shape of ${what}`);
  const expected = golden.data.map(Number);
  const message = difference(await x.data(), expected, "float32", { relative: 2e-5, floor: 0.01 });
  claim(message === null, `${what}: ${message}`);
}

/** Holds one layer to its value and its gradients. */
export async function checkGolden(golden: LayerGolden): Promise<void> {
  const numbers = golden.inputs.map(given);
  const xs = numbers.slice(0, numbers.length - golden.parameters.length);
  const layer = make(golden.name, golden.args);
  const symbolic = xs.map((x) => input(x.shape.slice(1)));
  const one = <T>(list: readonly T[]): T | readonly T[] => (list.length === 1 ? list[0]! : list);
  const model = functional({ inputs: one(symbolic), outputs: layer.apply(one(symbolic) as any) as any });
  const values = golden.parameters.map((name, i) => [`${layer.name}/${name}`, numbers[xs.length + i]!] as const);
  model.build();
  const paths = values.map(([path]) => path);
  claimSame(Object.keys(await model.getWeights()), paths, "the paths of the parameters");
  model.setWeights(Object.fromEntries(values));
  const y = model.apply(one(xs) as any, { training: golden.training }) as Tensor;
  await agrees(y, golden.value, "the value");
  const [range] = model.weights().trainedRanges(new Set());
  const flat = range ? [range.variable.value] : [];
  const slopes = gradients(y.mul(given(golden.weights!)).sum(), [...xs, ...flat]);
  // The trainable parameters lie one after the other in one variable.
  let end = 0;
  for (const [i, slope] of golden.gradients!.entries()) {
    if (!slope) continue;
    const size = slope.data.length;
    const own =
      i < xs.length
        ? slopes[i]!
        : slopes
            .at(-1)!
            .at([end, (end += size)])
            .reshape(slope.shape);
    await agrees(own, slope, i < xs.length ? `the gradient of input ${i}` : `the gradient of ${paths[i - xs.length]}`);
  }
}

/** The names of goldens: their index, the layer, its arguments. */
export const goldenName = (golden: LayerGolden, i: number): string =>
  `${i}: ${golden.name} ${JSON.stringify(golden.args)}`;
