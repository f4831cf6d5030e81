// Every function of `linalg` over a batch of matrices, with its gradient: in Node and in a page.
import { gradients } from "../src/gradient.ts";
import { linalg, type Tensor, tensor } from "../src/index.ts";
import { hostRandom } from "../src/random.ts";
import { sizeOf } from "../src/shape.ts";
import { claim } from "./claims.ts";
import { backendValues, difference, drawFloat, referenceValues } from "./compare.ts";

const drawn = (shape: readonly number[], seed: number): Tensor => {
  const random = hostRandom(seed);
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => drawFloat(random, -1, 1)),
    { shape },
  );
};
const [square, tall, right] = [drawn([2, 5, 5], 1), drawn([2, 6, 4], 2), drawn([2, 6, 3], 3)];
const symmetric = (a: Tensor): Tensor => a.add(a.transpose([0, 2, 1]));
const definite = (a: Tensor): Tensor => a.matmul(a.transpose([0, 2, 1])).add(tensor([1, 2, 3, 4, 5]).mul(eye));
const eye = tensor(Array.from({ length: 5 }, (_, i) => Array.from({ length: 5 }, (_, j) => Number(i === j))));

/** The matrices, and what is computed of them. */
export const linalgCases = {
  cholesky: [square, (a) => [linalg.cholesky(definite(a))]],
  det: [square, (a) => [linalg.det(a)]],
  eigh: [square, (a) => Object.values(linalg.eigh(symmetric(a)))],
  inv: [square, (a) => [linalg.inv(a)]],
  lstsq: [tall, (a) => [linalg.lstsq(a, right).x]],
  matrixRank: [tall, (a) => [linalg.matrixRank(a)]],
  norm: [tall, (a) => [linalg.norm(a, { axes: [1, 2] })]],
  pinv: [tall, (a) => [linalg.pinv(a)]],
  qr: [tall, (a) => Object.values(linalg.qr(a))],
  slogdet: [square, (a) => Object.values(linalg.slogdet(a))],
  solve: [square, (a) => [linalg.solve(a, right.at([], [0, 5]))]],
  svd: [tall, (a) => Object.values(linalg.svd(a, { fullMatrices: false }))],
} satisfies Record<keyof typeof linalg, readonly [Tensor, (a: Tensor) => readonly Tensor[]]>;

/** Results and, of floats, the gradient of a weighted sum; held to the float64 reference. */
export async function linalgNumbers(name: keyof typeof linalgCases) {
  const [a, compute] = linalgCases[name];
  const results: readonly Tensor[] = compute(a);
  const floats = results.filter((x) => x.dtype === "float32");
  const sum = floats.map((x, i) => x.mul(drawn(x.shape, 10 + i)).sum()).reduce((x, y) => x.add(y), tensor(0));
  const all = [...results, ...(floats.length > 0 ? gradients(sum, [a]) : [])];
  const wanted = referenceValues(all);
  const numbers = await backendValues(all);
  numbers.forEach((got, i) => {
    const message = difference(got, wanted[i]!, all[i]!.dtype, { relative: 1e-4, floor: 1 });
    claim(message === null, `result ${i} of linalg.${name}: ${message}`);
  });
  return numbers;
}
