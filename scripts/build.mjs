// Builds dist/: JavaScript and types from src/ and recipes/, the same types once more for CommonJS, and dist/node/, the
// few files that Node loads in place of hundreds.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
const options = ["-p", join(root, "tsconfig.build.json"), "--sourceMap", "false", "--noEmitOnError"];
const { status } = spawnSync(process.execPath, [compiler, ...options], { stdio: "inherit", cwd: root });
if (status !== 0) process.exit(status ?? 1);

/** @param {string} folder */
const filesOf = (folder) => readdirSync(folder, { recursive: true, encoding: "utf8" });

// What earlier builds made of sources that are gone.
for (const folder of ["src", "recipes"])
  for (const name of filesOf(join(dist, folder))) {
    const [, source] = /^(.*?)(?:\.d)?\.c?[jt]s$/.exec(name) ?? [];
    if (source && !existsSync(join(root, folder, `${source}.ts`))) rmSync(join(dist, folder, name));
  }

// TypeScript takes a .d.ts of a package of type "module" for an ES module's and, with `node16`, refuses to `require`
// that.
// Node from 20.19 on does not, so CommonJS gets the same declarations as .d.cts files, which import one another.
// Typed arrays are generic from TypeScript 5.7 on only: older ones do not take Int32Array<ArrayBuffer>, which is inferred.
const types = join(dist, "src");
for (const name of filesOf(types)) {
  if (!name.endsWith(".d.ts") || /^cli\b/.test(name)) continue;
  const text = readFileSync(join(types, name), "utf8").replace(/\b(\w+Array)<ArrayBuffer(Like)?>/g, "$1");
  writeFileSync(join(types, name), text);
  const declared = text.replace(/((?:\bfrom|\bimport\()\s*"\.{1,2}\/[^"]*)\.(?:js|ts)"/g, '$1.cjs"');
  writeFileSync(join(types, name.replace(/\.d\.ts$/, ".d.cts")), declared);
}

/**
 * Recipes are loaded by their names, and other packages are installed beside this one.
 *
 * @param {string} name
 * @param {string | undefined} importer
 */
function isLoadedApart(name, importer = root) {
  if (!name.startsWith(".") && !isAbsolute(name)) return true;
  return resolve(dirname(importer), name).startsWith(join(dist, "recipes"));
}

// Node takes a millisecond for each module that it loads, and `import "nabla"` names three hundred. Bundlers and pages
// are given the modules, of which they take those that they need.
const bundle = await rolldown({
  input: {
    index: join(types, "index.js"),
    data: join(types, "data", "index.js"),
    automatic: join(types, "automatic", "index.js"),
    "command-line": join(types, "cli", "main.js"),
  },
  platform: "node",
  external: isLoadedApart,
  checks: { pluginTimings: false, ineffectiveDynamicImport: false },
});
const into = join(dist, "node");
const { output } = await bundle.write({
  dir: into,
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "part-[hash].js",
});
await bundle.close();
// A command that was started before an edit goes on with the parts of its own build.
if (!process.argv.includes("--keep"))
  for (const name of filesOf(into)) if (!output.some(({ fileName }) => fileName === name)) rmSync(join(into, name));
