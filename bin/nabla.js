#!/usr/bin/env node
// The `nabla` command: checks the version of Node, rebuilds in a clone with newer sources, and starts src/cli.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
// What the command loads by name (recipes, --import) must share its Nabla: the bundle, or the modules with
// --conditions=development.
const hasModules = import.meta.resolve?.("nabla").endsWith("/dist/src/index.js");
const main = at(hasModules ? "dist/src/cli/main.js" : "dist/node/command-line.js");

/** True in a clone whose sources are newer than the build. A package has no sources. */
function isStale() {
  if (!existsSync(at("src"))) return false;
  if (!existsSync(main)) return true;
  const built = statSync(main).mtimeMs;
  return ["src", "recipes"].some((folder) =>
    readdirSync(at(folder), { recursive: true }).some(
      (file) => file.endsWith(".ts") && statSync(at(`${folder}/${file}`)).mtimeMs > built,
    ),
  );
}

/** Builds, with a message on stderr, and returns true if that succeeded. */
function build() {
  console.error("building, since src/ is newer than dist/ …");
  const canBuild = existsSync(at("node_modules/typescript")) && existsSync(at("node_modules/rolldown"));
  const built = canBuild
    ? spawnSync(process.execPath, [at("scripts/build.mjs"), "--keep"], { encoding: "utf8" })
    : undefined;
  if (built?.status === 0) return true;
  console.error(built ? `${built.stdout}${built.stderr}` : 'nabla is not built yet: run "npm install" in its folder.');
  return false;
}

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`nabla needs Node 20.19 or later, but this is ${process.versions.node}.`);
  process.exitCode = 1;
} else if (isStale() && !build()) {
  process.exitCode = 1;
} else if (!existsSync(main)) {
  console.error("this package of nabla is broken: it has no dist folder. Install it again.");
  process.exitCode = 1;
} else {
  const { runCommandLine } = await import(pathToFileURL(main).href);
  await runCommandLine(process.argv.slice(2));
}
