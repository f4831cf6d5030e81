// The tests in two projects: `source` reads src/ directly; `package` first builds and packs the package, and finds a
// browser.
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// What `npm run test:quick` leaves out: everything that takes long, or builds and starts the package.
const slowTests = [
  ...[
    "feed",
    "half-models",
    "hostile-files",
    "image",
    "initializers",
    "layer-cases",
    "layer-goldens",
    "layers",
    "losses",
  ],
  ...["metrics-edges", "model-file", "networks", "not-finite", "optimizers-by-parameter", "recipes", "runtime"],
  ...["column-types", "scan", "table-files", "train"],
  ...[
    "automatic*",
    "bench",
    "budget",
    "cases",
    "cli",
    "convnets",
    "course*",
    "data",
    "diagnose",
    "download",
    "examples",
    "failures",
  ],
  ...[
    "files",
    "folders",
    "fuzz*",
    "goldens",
    "half",
    "layers-*",
    "learning",
    "linalg",
    "loop-threads",
    "many-buffers",
    "metrics-exact",
    "optimizers-saved",
  ],
  ...[
    "page-data",
    "pipeline",
    "polynomials",
    "products",
    "random-*",
    "recurrent-models",
    "resume",
    "sums",
    "table-fuzz",
    "table-memory",
    "*transformations",
    "wasm-math",
  ],
].map((name) => `test/${name}.test.ts`);

const packageTests = ["browser", "browser-layers", "consumer", "new", "readme", "kill"].map(
  (name) => `test/${name}.test.ts`,
);

// Node before 22 has relaxed SIMD behind a flag that must be set before anything is compiled, and Vitest compiles
// early.
const relaxedSimdFlag = Number(process.versions.node.split(".")[0]) < 22 ? ["--experimental-wasm-relaxed-simd"] : [];
// NABLA_ENGINE_FLAGS=--no-liftoff compiles all programs as V8 does what runs often: only there it joins pairs of
// vectors.
const engineFlags = process.env["NABLA_ENGINE_FLAGS"]?.split(" ") ?? [];

export default defineConfig(({ mode }) => ({
  resolve: {
    alias: {
      "nabla/data": fileURLToPath(new URL("./src/data/index.ts", import.meta.url)),
      "nabla/automatic": fileURLToPath(new URL("./src/automatic/index.ts", import.meta.url)),
      nabla: fileURLToPath(new URL("./src/index.ts", import.meta.url)),
    },
  },
  test: {
    pool: "forks",
    maxWorkers: Math.max(2, availableParallelism() - 1),
    execArgv: [...relaxedSimdFlag, ...engineFlags],
    env: { NABLA_VERIFY: "1" },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: "source",
          include: ["test/**/*.test.ts"],
          exclude: [...packageTests, ...(mode === "quick" ? slowTests : [])],
          setupFiles: "test/canaries.ts",
        },
      },
      // The built lab in a browser, and its types.
      {
        extends: true,
        test: { name: "lab", include: ["lab/test/**/*.test.ts"], globalSetup: "lab/test/setup.ts" },
      },
      { extends: true, test: { name: "package", include: packageTests, globalSetup: "test/package-setup.ts" } },
    ],
  },
}));
