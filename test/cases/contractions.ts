// Cases of contractions: matrix products, batched, transposed, with other operations fused before and after.
import * as array from "../../src/functions/array.ts";
import { softmax } from "../../src/functions/softmax.ts";
import * as ops from "../../src/ops/index.ts";
import type { ContractLabels } from "../../src/ops/op.ts";
import type { Shape } from "../../src/shape.ts";
import { Tensor } from "../../src/tensor.ts";
import { awayFromZero, between, bytes, listed, sample, unit, whole } from "../samples.ts";
import { add, type F, lift, type Options, smooth } from "./table.ts";

/** einsum's notation as labels. */
function labels(text: string): ContractLabels {
  const [a, b, out] = text.split(/,|->/).map((part) => [...part].map((letter) => letter.charCodeAt(0)));
  return { a: a!, b: b!, out: out! };
}
const einsum = (text: string): F => lift((a, b) => ops.contract(a, b, labels(text)));
/** A dot product of K terms loses √K roundings. */
const byTerms = (k: number): Options => ({ relative: 3e-6 * Math.sqrt(Math.max(1, k)), smooth: k < 20 });

function contraction(text: string, a: Shape, b: Shape, k: number): void {
  add(
    "contract",
    `${text} [${a}] [${b}]`,
    einsum(text),
    [sample(between(-1, 1), a), sample(between(-1, 1), b)],
    byTerms(k),
  );
}
contraction(",->", [], [], 1);
contraction("i,->i", [7], [], 1);
contraction("i,i->", [7], [7], 7);
contraction("i,i->", [130], [130], 130);
contraction("i,i->i", [5], [5], 1);
contraction("i,j->ij", [5], [9], 1);
contraction("i,j->ji", [5], [9], 1);
contraction("ij,j->i", [5, 7], [7], 7);
contraction("i,ij->j", [5], [5, 7], 5);
contraction("ij,kj->ik", [5, 7], [9, 7], 7);
contraction("ji,jk->ik", [5, 7], [5, 9], 5);
contraction("ji,kj->ki", [5, 7], [9, 5], 5);
contraction("ij,jk->ki", [5, 7], [7, 9], 7);
contraction("bij,bjk->bik", [3, 5, 7], [3, 7, 2], 7);
contraction("bij,bkj->bik", [3, 5, 7], [3, 2, 7], 7);
contraction("bij,bjk->kbi", [3, 5, 7], [3, 7, 2], 7);
contraction("bij,jk->bik", [3, 5, 7], [7, 9], 7);
contraction("ij,bjk->bik", [5, 7], [2, 7, 9], 7);
contraction("bij,bij->b", [3, 5, 7], [3, 5, 7], 35);
contraction("bij,bij->", [3, 5, 7], [3, 5, 7], 105);
contraction("ij,ij->ij", [5, 7], [5, 7], 1);
contraction("ab,ba->ab", [5, 7], [7, 5], 1);
contraction("abc,bcd->ad", [3, 4, 5], [4, 5, 6], 20);
contraction("abc,cbd->da", [3, 4, 5], [5, 4, 6], 20);
contraction("acb,bcd->ad", [3, 4, 5], [5, 4, 6], 20);
contraction("bqhd,bkhd->bhqk", [2, 5, 3, 4], [2, 7, 3, 4], 4);
contraction("bhqk,bkhd->bqhd", [2, 3, 5, 7], [2, 7, 3, 4], 7);
contraction("abij,bjk->aibk", [2, 3, 4, 5], [3, 5, 6], 5);
contraction("ij,jk->ik", [0, 3], [3, 4], 3);
contraction("ij,jk->ik", [2, 0], [0, 4], 1);
contraction("bij,bjk->bik", [0, 2, 3], [0, 3, 4], 3);
contraction("ij,jk->ik", [65, 70], [70, 130], 70);
// Longer than one pass over the sum, and more rows than one block holds.
add(
  "contract",
  "long sums and many rows",
  einsum("ij,jk->ik"),
  [sample(between(-1, 1), [131, 1030]), sample(between(-1, 1), [1030, 21])],
  { gradient: "none", relative: 1e-4 },
);
// Around the multiples of every tile: 4, 6, 8 and 16, one less and one more.
for (const [m, k, n] of [
  [1, 1, 1],
  [1, 9, 1],
  [1, 5, 33],
  [33, 5, 1],
  [2, 3, 4],
  [3, 4, 5],
  [4, 4, 4],
  [4, 6, 8],
  [5, 1, 9],
  [6, 8, 16],
  [7, 7, 7],
  [8, 2, 12],
  [9, 17, 7],
  [11, 3, 13],
  [12, 16, 24],
  [13, 31, 15],
  [15, 32, 17],
  [16, 33, 9],
  [17, 8, 8],
  [5, 129, 6],
  [3, 257, 5],
  [31, 4, 23],
  [40, 40, 40],
])
  contraction("ij,jk->ik", [m!, k!], [k!, n!], k!);

add(
  "contract",
  "views",
  (a, b) => [
    a.transpose().matmul(b),
    a
      .flip(0)
      .transpose()
      .matmul(b.at([], [1, null, 2])),
    a.at([1]).matmul(b.at([0, 6], [0, 4])),
    b.transpose().matmul(a.at([null, null, -1])),
  ],
  [sample(unit, [7, 6]), sample(unit, [7, 9])],
  { ...smooth },
);
add(
  "contract",
  "broadcast operands",
  (a, b) => [
    a.broadcastTo([5, 7]).matmul(b),
    b.matmul(b.at(0).expandDims(1).broadcastTo([3, 4])),
    a
      .pad([
        [2, 1],
        [0, 0],
      ])
      .matmul(b),
  ],
  [sample(unit, [1, 7]), sample(unit, [7, 3])],
  smooth,
);
add(
  "contract",
  "operands that are expressions",
  (a, b) => a.exp().sub(1).matmul(b.mul(2).tanh()),
  [sample(unit, [5, 6]), sample(unit, [6, 9])],
  smooth,
);
add(
  "contract",
  "an operand used twice",
  (a) => [a.matmul(a.transpose()), a.transpose().matmul(a)],
  [sample(unit, [5, 9])],
  smooth,
);
add("contract", "bytes, scaled", (x, w) => x.cast("float32").div(255).matmul(w), [
  sample(bytes, [9, 13]),
  sample(unit, [13, 5]),
]);
add(
  "contract",
  "rows taken",
  (x, w) => x.take([3, 0, 0, 2]).matmul(w),
  [sample(unit, [4, 5]), sample(unit, [5, 6])],
  smooth,
);
add("contract", "a dense layer", (x, w, b) => new Tensor(ops.relu(x.matmul(w).add(b).node)), [
  sample(unit, [5, 9]),
  sample(unit, [9, 13]),
  sample(unit, [13]),
]);
add(
  "contract",
  "an epilogue with a mask, a scale and an accumulator",
  (x, w, c) => array.where(c.greater(0), x.matmul(w).mul(0.5).add(c), 0).sum(1),
  [sample(unit, [5, 9]), sample(unit, [9, 13]), sample(awayFromZero(0.1, 1), [5, 13])],
);
add(
  "contract",
  "its result used twice",
  (x, w) => [x.matmul(w), x.matmul(w).exp(), x.matmul(w).sum(0)],
  [sample(unit, [4, 6]), sample(unit, [6, 5])],
  smooth,
);
add(
  "contract",
  "two in a row",
  (x, v, w) => x.matmul(v).tanh().matmul(w),
  [sample(unit, [5, 6]), sample(unit, [6, 7]), sample(unit, [7, 3])],
  smooth,
);
add(
  "contract",
  "attention",
  (q, k, v) => {
    const scores = new Tensor(ops.contract(q.node, k.node, labels("bqhd,bkhd->bhqk"))).mul(0.5);
    return new Tensor(ops.contract(softmax(scores, -1).node, v.node, labels("bhqk,bkhd->bqhd")));
  },
  [sample(unit, [2, 5, 2, 4]), sample(unit, [2, 6, 2, 4]), sample(unit, [2, 6, 2, 3])],
);
add(
  "contract",
  "convolution",
  (x, w) =>
    new Tensor(
      ops.contract(
        x
          .pad([
            [0, 0],
            [1, 1],
            [1, 1],
            [0, 0],
          ])
          .slidingWindow(1, 3, { strides: 2 })
          .slidingWindow(2, 3).node,
        w.node,
        labels("bhwcij,ijco->bhwo"),
      ),
    ),
  [sample(unit, [2, 7, 5, 3]), sample(unit, [3, 3, 3, 4])],
  smooth,
);
const special = listed([1, 2, Infinity, 4, NaN, 6, 7, -Infinity, 0, 10]);
add(
  "contract",
  "NaN and infinity stay in their rows",
  (a, b) => [a.matmul(b), b.transpose().matmul(a.transpose()), a.matmul(b.at([], 0))],
  [sample(special, [10, 3]), sample(unit, [3, 5])],
  { gradient: "none" },
);
add(
  "matmul",
  "vectors",
  (a, b, m) => [a.matmul(b), m.matmul(b), a.matmul(m.transpose())],
  [sample(unit, [7]), sample(unit, [7]), sample(unit, [5, 7])],
  smooth,
);
add(
  "matmul",
  "leading axes",
  (a, b, m) => [a.matmul(b), a.matmul(m), m.transpose().matmul(b)],
  [sample(unit, [2, 1, 3, 4]), sample(unit, [5, 4, 4]), sample(unit, [4, 3])],
  smooth,
);
add(
  "matmul",
  "leading axes of 1",
  (a, b) => a.matmul(b),
  [sample(unit, [1, 3, 4]), sample(unit, [5, 1, 4, 2])],
  smooth,
);
add("matmul", "integers", (a, b) => a.matmul(b), [sample(whole(-9, 9), [3, 4]), sample(bytes, [4, 2])], {
  gradient: "none",
});
