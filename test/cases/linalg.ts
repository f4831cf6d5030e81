// Cases of linear algebra: matrices of every shape, batches, vectors, and what each factorisation leaves open.
import { eye } from "../../src/functions/array.ts";
import * as linalg from "../../src/functions/linalg.ts";
import { reciprocalGaps, rowSigns } from "../../src/functions/linalg-eigh.ts";
import { orthogonalRows } from "../../src/functions/linalg-jacobi.ts";
import { householder } from "../../src/functions/linalg-qr.ts";
import { decomposed, differentiable } from "../../src/functions/linalg-svd.ts";
import { solveTriangular, substitute } from "../../src/functions/linalg-triangular.ts";
import type { Shape } from "../../src/shape.ts";
import { asTensor, type Tensor } from "../../src/tensor.ts";
import { awayFromZero, between, type Sample, sample } from "../samples.ts";
import { add, shapesText } from "./table.ts";

const smooth = { smooth: true };
/** The reference computes in float64; float32 loses what the condition of the matrices makes of its roundings. */
const inexact = { relative: 1e-4 };

const t = (x: Tensor): Tensor => x.transpose([...x.shape.keys()].slice(0, -2).concat(x.ndim - 1, x.ndim - 2));
const n = (x: Tensor): number => x.shape.at(-1)!;
/** Far from singular, with rows that must be exchanged. */
const regular = (x: Tensor): Tensor => x.add(eye(n(x)).flip(0).mul(3));
/** Symmetric and positive definite. */
const definite = (x: Tensor): Tensor => x.matmul(t(x)).add(eye(x.shape.at(-2)!));
/** Symmetric, with eigenvalues that are apart. */
const symmetric = (x: Tensor): Tensor =>
  x
    .add(t(x))
    .mul(0.3)
    .add(eye(n(x)).mul(asTensor([...Array(n(x)).keys()]).mul(2)));
/** Singular values that are apart, whatever the shape. */
const apart = (x: Tensor): Tensor => {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const size = Math.max(rows, columns);
  const steps = asTensor([...Array(size).keys()])
    .mul(2)
    .add(1);
  return x.mul(0.3).add(eye(size).mul(steps).at([0, rows], [0, columns]));
};

const unit = between(-1, 1);
const matrix = (...shape: number[]): Sample => sample(unit, shape);

for (const [a, b] of [
  [[1, 1], [1]],
  [[5, 5], [5]],
  [
    [2, 1, 3, 3],
    [4, 3, 2],
  ],
  [
    [3, 3],
    [2, 3, 1],
  ],
  [[0, 0], [0]],
  [
    [0, 3, 3],
    [3, 0],
  ],
] as [Shape, Shape][])
  add("solve", shapesText([a, b]), (x, y) => linalg.solve(regular(x), y), [sample(unit, a), sample(unit, b)], {
    ...smooth,
    ...inexact,
  });

const squares: Shape[] = [
  [1, 1],
  [4, 4],
  [2, 3, 3],
  [0, 2, 2],
];
for (const shape of squares) {
  add("inv", `[${shape}]`, (x) => linalg.inv(regular(x)), [sample(unit, shape)], { ...smooth, ...inexact });
  add("det", `[${shape}]`, (x) => linalg.det(regular(x)), [sample(unit, shape)], { ...smooth, ...inexact });
  add("slogdet", `[${shape}]`, (x) => Object.values(linalg.slogdet(regular(x))), [sample(unit, shape)], {
    ...smooth,
    ...inexact,
  });
  add("cholesky", `[${shape}]`, (x) => linalg.cholesky(definite(x)), [sample(unit, shape)], { ...smooth, ...inexact });
  add("eigh", `[${shape}]`, (x) => Object.values(linalg.eigh(symmetric(x))), [sample(unit, shape)], {
    ...smooth,
    ...inexact,
  });
}
add("cholesky", "upper", (x) => linalg.cholesky(definite(x), { upper: true }), [matrix(4, 4)], {
  ...smooth,
  ...inexact,
});
add("cholesky", "of rows and columns", (x) => linalg.cholesky(definite(x)), [matrix(3, 5)], { ...smooth, ...inexact });
add("eigh", "of the upper triangle", (x) => Object.values(linalg.eigh(symmetric(x), { uplo: "U" })), [matrix(4, 4)], {
  ...smooth,
  ...inexact,
});

const rectangles: Shape[] = [
  [3, 1],
  [2, 3],
  [2, 3, 2],
  [3, 3],
  [0, 3],
];
for (const shape of rectangles) {
  const [rows, columns] = shape.slice(-2) as [number, number];
  const input = [sample(unit, shape)];
  add("qr", `[${shape}]`, (x) => Object.values(linalg.qr(apart(x))), input, { ...smooth, ...inexact });
  add("svd", `[${shape}]`, (x) => Object.values(linalg.svd(apart(x), { fullMatrices: false })), input, {
    ...inexact,
    smooth: shape.length === 3,
  });
  if (rows === columns || shape.length === 3) continue;
  add("qr", `complete [${shape}]`, (x) => Object.values(linalg.qr(apart(x), { mode: "complete" })), input, {
    ...inexact,
    gradient: rows > columns ? "none" : "checked",
  });
  add("svd", `full [${shape}]`, (x) => Object.values(linalg.svd(apart(x))), input, { ...inexact, gradient: "none" });
  add("pinv", `[${shape}]`, (x) => linalg.pinv(apart(x)), input, { ...smooth, ...inexact });
}
add(
  "matrixRank",
  "with an empty matrix",
  (x, y) => [linalg.matrixRank(x), linalg.matrixRank(y)],
  [matrix(2, 3), matrix(2, 0)],
  {
    gradient: "none",
  },
);
add("qr", "only r, complete", (x) => linalg.qr(apart(x), { mode: "complete" }).r, [matrix(4, 2)], {
  ...smooth,
  ...inexact,
});
add("pinv", "of rank 2", (x, y) => linalg.pinv(x.matmul(y), { rcond: 1e-4 }), [matrix(5, 2), matrix(2, 4)], {
  relative: 2e-3,
  gradient: "none",
});

for (const [a, b] of [
  [[4, 2], [4]],
  [
    [2, 2, 3],
    [2, 2],
  ],
  [
    [4, 0],
    [4, 1],
  ],
] as [Shape, Shape][])
  add(
    "lstsq",
    shapesText([a, b]),
    (x, y) => Object.values(linalg.lstsq(apart(x), y)),
    [sample(unit, a), sample(unit, b)],
    { ...smooth, ...inexact },
  );
add(
  "lstsq",
  "of rank 2",
  (x, y, b) => linalg.lstsq(x.matmul(y), b, { rcond: 1e-4 }).x,
  [matrix(5, 2), matrix(2, 4), matrix(5)],
  {
    relative: 2e-3,
  },
);

const vectors = [sample(awayFromZero(0.3, 1.5), [3, 4])];
for (const ord of [1, 2, 3, 0.5, -1, Infinity, -Infinity])
  add(
    "norm",
    `of vectors, ${ord}`,
    (x) => [linalg.norm(x, { ord, axes: 1 }), linalg.norm(x, { ord, axes: 0, keepDims: true })],
    vectors,
    inexact,
  );
add("norm", "of vectors, 0", (x) => linalg.norm(x.sub(x.at(0)), { ord: 0, axes: 0 }), vectors, { gradient: "zero" });
for (const ord of ["fro", "nuc", 1, -1, 2, -2, Infinity, -Infinity] as const)
  add("norm", `of matrices, ${ord}`, (x) => linalg.norm(x, { ord, axes: [1, 0], keepDims: true }), vectors, inexact);
add(
  "norm",
  "of all elements, and of batches",
  (x) => [
    linalg.norm(x),
    linalg.norm(x, { ord: "nuc", axes: [0, 2] }),
    linalg.norm(x, { ord: 1, axes: [2, 0] }),
    linalg.norm(x, { ord: Infinity, axes: [0, 1], keepDims: true }),
  ],
  [sample(awayFromZero(0.3, 1.5), [2, 3, 4])],
  inexact,
);
add(
  "norm",
  "of zeros",
  (x) => [linalg.norm(x.mul(0), { axes: 0 }), linalg.norm(x.mul(0), { ord: 3, axes: 0 })],
  vectors,
  {
    gradient: "zero",
  },
);

// The parts of which the others are made.
for (const [triangle, other] of [
  ["lower", "upper"],
  ["upper", "lower"],
] as const) {
  const dominant = (x: Tensor): Tensor => x.mul(0.3).add(eye(n(x)));
  add(
    "triangular systems",
    triangle,
    (x, y) => solveTriangular(dominant(x), y, triangle),
    [matrix(2, 4, 4), matrix(2, 4, 3)],
    {
      ...smooth,
      ...inexact,
    },
  );
  add(
    "triangular systems",
    `unit ${other}`,
    (x, y) => substitute(x, y, other, true),
    [matrix(4, 4), matrix(4, 2)],
    inexact,
  );
}
add("parts of factorisations", "householder", (x) => Object.values(householder(apart(x), 3)), [matrix(4, 2)], {
  ...inexact,
  gradient: "none",
});
add(
  "parts of factorisations",
  "decomposed",
  (x) => [...Object.values(decomposed(apart(x), true)), differentiable(x, decomposed(x)).s] as Tensor[],
  [matrix(2, 4)],
  {
    ...inexact,
    gradient: "none",
  },
);
add(
  "parts of factorisations",
  "orthogonalRows",
  (x) => {
    const { rows, product } = orthogonalRows(apart(x));
    return [rows.matmul(t(rows)), product.matmul(t(product)), t(product).matmul(rows)];
  },
  [matrix(5, 3)],
  { ...inexact, gradient: "none" },
);
add("parts of factorisations", "rowSigns", (x) => rowSigns(x), [matrix(6, 3)], { gradient: "none" });
add(
  "parts of factorisations",
  "reciprocalGaps",
  (x) => reciprocalGaps(x),
  [sample(awayFromZero(0.5, 4), [3])],
  inexact,
);
