// Linear algebra with NumPy's names, as the namespace `linalg`.
export { cholesky } from "./linalg-cholesky.ts";
export { type EighOptions, eigh } from "./linalg-eigh.ts";
export { type CutoffOptions, type LeastSquares, lstsq, matrixRank, pinv } from "./linalg-least-squares.ts";
export { det, inv, slogdet, solve } from "./linalg-lu.ts";
export { type NormOptions, norm } from "./linalg-norm.ts";
export { type QROptions, qr } from "./linalg-qr.ts";
export { type SVD, type SVDOptions, svd } from "./linalg-svd.ts";
