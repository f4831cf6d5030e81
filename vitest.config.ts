// The tests in four projects: `source` tests what src/ and recipes/ hold, its files one after the other in a process
// that knows Nabla already; `alone` does so, too, but in a process for each file; `lab` tests the built lab in a
// browser, `package` the packed package.
// `--mode built` takes dist/ instead of the sources, loaded by Node itself: what users run, and sooner.
import { availableParallelism } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vitest/config";

const testFiles = (names: string): string[] => names.split(/\s+/).map((name) => `test/${name}.test.ts`);

// What `npm run test:quick` leaves out: everything that takes long, or builds and starts the package.
const slowTests = testFiles(
  `automatic* bench budget cases cli column-types convnets course* data diagnose download examples failures feed files
  folders fuzz* goldens half half-models hostile-files image initializers layer-cases layer-goldens layers layers-*
  learning linalg loop-threads many-buffers metrics-edges metrics-exact model-file networks not-finite
  optimizers-by-parameter optimizers-saved page-data pipeline polynomials products random-* recipes recurrent-models
  resume runtime scan sums table-files table-fuzz table-memory train *transformations wasm-math`,
);

const packageTests = testFiles("browser browser-layers consumer kill new readme");

// These replace what others need, or count what a process holds: programs, threads, memory.
const ownProcessTests = testFiles(
  `automatic-cli budget cli course examples failures files interrupt late-backend memory programs runtime table-memory
  threads`,
);

// Node before 22 has relaxed SIMD behind a flag that must be set before anything is compiled, and Vitest compiles
// early.
const relaxedSimdFlag = Number(process.versions.node.split(".")[0]) < 22 ? ["--experimental-wasm-relaxed-simd"] : [];
// A function that no test calls is validated, but not compiled.
const lazyCompilation = "--wasm-lazy-compilation";
// Programs of many small objects are made and dropped all the time: with more room for the young, V8 collects less often.
const youngGeneration = "--max-semi-space-size=64";
// Recipes that Node loads import the modules that the tests import, and not what is bundled for Node.
const modules = "--conditions=development";
// NABLA_ENGINE_FLAGS=--no-liftoff compiles all programs as V8 does what runs often: only there it joins pairs of
// vectors.
const engineFlags = process.env["NABLA_ENGINE_FLAGS"]?.split(" ") ?? [];

const root = fileURLToPath(new URL(".", import.meta.url));
const entries: Readonly<Record<string, string>> = {
  "nabla/data": resolve(root, "src/data/index.ts"),
  "nabla/automatic": resolve(root, "src/automatic/index.ts"),
  nabla: resolve(root, "src/index.ts"),
};

/** The file that an import names; a computed one is named by its path from the root. */
function fileOf(name: string, importer: string): string {
  if (name.startsWith(".")) return resolve(dirname(importer), name);
  return /^[/](src|recipes)[/]/.test(name) ? join(root, name) : name;
}

/** Puts the built module in the place of each source. */
const built: Plugin = {
  name: "built",
  enforce: "pre",
  resolveId(name, importer = root) {
    const path = relative(root, entries[name] ?? fileOf(name, importer));
    if (!/^(src|recipes)[\\/].*\.ts$/.test(path)) return null;
    return { id: resolve(root, "dist", path.replace(/ts$/, "js")), external: true };
  },
};

/**
 * Where the tests of a mode find Nabla. Each project is given it: of what a project extends, Vitest reads this file
 * anew, and not in that mode.
 */
const modulesOf = (mode: string) => (mode === "built" ? { plugins: [built] } : { resolve: { alias: entries } });

const leftOut = (mode: string): string[] => (mode === "quick" ? slowTests : []);

export default defineConfig(({ mode }) => ({
  test: {
    server: { deps: { external: [/[\\/]dist[\\/](src|recipes)[\\/]/] } },
    pool: "forks",
    maxWorkers: Math.max(2, availableParallelism() - 1),
    execArgv: [youngGeneration, lazyCompilation, modules, ...relaxedSimdFlag, ...engineFlags],
    env: { NABLA_VERIFY: "1" },
    testTimeout: 60_000,
    // A page's answer is waited for as long as a test may take on a machine that has other work.
    expect: { poll: { timeout: 30_000 } },
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        ...modulesOf(mode),
        test: {
          name: "source",
          include: ["test/**/*.test.ts"],
          exclude: [...packageTests, ...ownProcessTests, ...leftOut(mode)],
          setupFiles: ["test/canaries.ts", "test/shared-process.ts"],
          isolate: false,
        },
      },
      {
        extends: true,
        ...modulesOf(mode),
        test: { name: "alone", include: ownProcessTests, exclude: leftOut(mode), setupFiles: "test/canaries.ts" },
      },
      // The built lab in a browser, and its types.
      {
        extends: true,
        ...modulesOf(mode),
        test: { name: "lab", include: ["lab/test/**/*.test.ts"], globalSetup: "lab/test/setup.ts" },
      },
      {
        extends: true,
        ...modulesOf(mode),
        test: { name: "package", include: packageTests, globalSetup: "test/package-setup.ts" },
      },
    ],
  },
}));
