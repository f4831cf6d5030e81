// One matrix product [m, k] · [k, n], without training: `npm run bench -- matmul`. Parameters: the two matrices.

/** @satisfies {import("../workloads.mjs").Family} */
export const product = {
  describe: ({ sizes }) => sizes.join("×"),
  parameters: ({ sizes: [m, k, n] }) => [
    { shape: [m, k], start: "unit" },
    { shape: [k, n], start: "unit" },
  ],
  batchShapes: () => ({ x: [], y: [] }),
  indices: () => false,
  sampler: () => () => ({ x: [], y: [] }),
};

/** @returns {import("../workloads.mjs").Workload} `sizes` are m, k and n */
const workload = (/** @type {number[]} */ ...sizes) => ({ name: sizes.join("×"), family: "product", sizes });

/**
 * Square ones, up to sizes that no cache holds, and thin ones: what dense layers of small batches, and their gradients,
 * are.
 */
export const products = [
  workload(512, 512, 512),
  workload(1024, 1024, 1024),
  workload(2048, 2048, 2048),
  workload(3072, 3072, 3072),
  workload(4096, 4096, 4096),
  workload(1024, 1024, 8),
  workload(8, 1024, 1024),
  workload(1024, 32, 1024),
  workload(128, 784, 128),
  workload(1, 1024, 1024),
  workload(1024, 1024, 1),
];

/** Multiplications and additions, each counted. */
export const operations = (/** @type {{ sizes: number[] }} */ { sizes: [m, k, n] }) => 2 * m * k * n;
