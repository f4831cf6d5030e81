// Builds dist/: JavaScript and types from src/ and recipes/, and the same types once more for CommonJS.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
rmSync(join(root, "dist"), { recursive: true, force: true });
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
const options = ["-p", join(root, "tsconfig.build.json"), "--sourceMap", "false"];
const { status } = spawnSync(process.execPath, [compiler, ...options], { stdio: "inherit", cwd: root });
if (status !== 0) process.exit(status ?? 1);

// TypeScript takes a .d.ts of a package of type "module" for an ES module's and, with `node16`, refuses to `require`
// that.
// Node from 20.19 on does not, so CommonJS gets the same declarations as .d.cts files, which import one another.
// Typed arrays are generic from TypeScript 5.7 on only: older ones do not take Int32Array<ArrayBuffer>, which is inferred.
const types = join(root, "dist", "src");
for (const name of readdirSync(types, { recursive: true, encoding: "utf8" })) {
  if (!name.endsWith(".d.ts") || /^cli\b/.test(name)) continue;
  const text = readFileSync(join(types, name), "utf8").replace(/\b(\w+Array)<ArrayBuffer(Like)?>/g, "$1");
  writeFileSync(join(types, name), text);
  const declared = text.replace(/((?:\bfrom|\bimport\()\s*"\.{1,2}\/[^"]*)\.(?:js|ts)"/g, '$1.cjs"');
  writeFileSync(join(types, name.replace(/\.d\.ts$/, ".d.cts")), declared);
}
