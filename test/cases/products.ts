// Cases of products: outer, dot, tensordot and Einstein's summation.
import { einsum } from "../../src/functions/einsum.ts";
import { dot, outer, tensordot } from "../../src/functions/products.ts";
import type { Shape } from "../../src/shape.ts";
import { bytes, listed, sample, specialFloats, unit, whole } from "../samples.ts";
import { add, smooth } from "./table.ts";

add("products", "outer", (a, b) => outer(a, b), [sample(unit, [2, 3]), sample(unit, [4])], smooth);
add(
  "products",
  "dot",
  (a, b, m, t) => [
    dot(a, b),
    dot(m, b),
    dot(m, m.transpose()),
    dot(t, b),
    dot(m, t.transpose([0, 2, 1])),
    dot(2, a),
    dot(a, 3),
  ],
  [sample(unit, [3]), sample(unit, [3]), sample(unit, [4, 3]), sample(unit, [2, 5, 3])],
  smooth,
);
add(
  "products",
  "tensordot",
  (a, b) => [
    tensordot(a, b),
    tensordot(a, b, 0).sum([0, 1]),
    tensordot(a, b, [
      [2, 0],
      [1, 2],
    ]),
    tensordot(a, b.transpose([1, 0, 2]), 1),
    tensordot(a, b, [[-1], [-2]]),
  ],
  [sample(unit, [2, 3, 4]), sample(unit, [3, 4, 2])],
  smooth,
);
add("products", "integers", (a, b) => [outer(a, b), dot(a, b)], [sample(whole(-5, 5), [3]), sample(bytes, [3])], {
  gradient: "none",
});

function summation(formula: string, ...shapes: Shape[]): void {
  add(
    "einsum",
    `${formula} ${shapes.map((s) => `[${s}]`).join(" ")}`,
    (...xs) => einsum(formula, ...xs),
    shapes.map((s) => sample(unit, s)),
    { smooth: shapes.length > 1 },
  );
}
summation("ij->ji", [3, 4]);
summation("ij->", [3, 4]);
summation("ij->i", [3, 4]);
summation("ba", [3, 4]);
summation("ii", [4, 4]);
summation("ii->i", [4, 4]);
summation("bii->b", [2, 4, 4]);
summation("iij->ji", [3, 3, 2]);
summation("iii->i", [3, 3, 3]);
summation("i,i", [5], [5]);
summation("i,j->ij", [5], [3]);
summation("i,j->", [5], [3]);
summation("ij,jk", [3, 4], [4, 5]);
summation("ij,jk->ki", [3, 4], [4, 5]);
summation("bij,bjk->bik", [2, 3, 4], [2, 4, 5]);
summation("bqhd,bkhd->bhqk", [2, 3, 2, 4], [2, 5, 2, 4]);
summation("ij,ij->ij", [3, 4], [3, 4]);
summation("ij,kl->il", [3, 4], [2, 5]);
summation("ij,ij->ij", [1, 4], [3, 4]);
summation("ij,jk->ik", [3, 1], [4, 5]);
summation("ij,j->ij", [3, 1], [1]);
summation("ii->i", [1, 3]);
summation("...ij,...jk->...ik", [2, 3, 4], [2, 4, 5]);
summation("...ij,...jk", [2, 1, 3, 4], [3, 4, 5]);
summation("...i->i...", [2, 3, 4]);
summation("i...,i->...", [3, 2, 4], [3]);
summation("...,...", [3, 1], [4]);
summation("...i,j->...j", [2, 3], [4]);
summation("ab,bc,cd->ad", [2, 3], [3, 4], [4, 5]);
summation("ab,cd,bc->ad", [2, 3], [4, 5], [3, 4]);
summation("a,a,a->a", [4], [4], [4]);
summation("a,b,c->", [2], [3], [4]);
summation("ab,bc,ca->", [2, 3], [3, 4], [4, 2]);
summation("bi,ij,bj->b", [2, 3], [3, 4], [2, 4]);
summation(" b i , i j -> b j ", [2, 3], [3, 4]);
summation(",->", [], []);
summation("i,->i", [3], []);
add("einsum", "integers", (x, y) => einsum("ij,j->i", x, y), [sample(whole(-5, 5), [3, 4]), sample(bytes, [4])], {
  gradient: "none",
});
add("einsum", "nothing", (x, y) => einsum("ij,jk->ik", x, y), [sample(unit, [0, 3]), sample(unit, [3, 2])], {
  gradient: "none",
});
add(
  "einsum",
  "of expressions",
  (x, y) => einsum("ii,ij->j", x.exp(), y.tanh()),
  [sample(unit, [3, 3]), sample(unit, [3, 2])],
  smooth,
);
add(
  "einsum",
  "NaN and infinity",
  (x, y) => einsum("ij,jk->ik", x, y),
  [sample(listed(specialFloats.slice(0, 12)), [4, 3]), sample(unit, [3, 2])],
  { gradient: "none" },
);
