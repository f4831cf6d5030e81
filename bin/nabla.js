#!/usr/bin/env node
// The `nabla` command: checks Node's version, builds a clone whose sources are newer than its build, and runs src/cli.
import { existsSync } from "node:fs";

const main = new URL("../dist/src/cli/main.js", import.meta.url);
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`nabla needs Node 20.19 or later, but this is ${process.versions.node}.`);
  process.exitCode = 1;
} else if (await isBuilt()) {
  const { runCommandLine } = await import(main.href);
  await runCommandLine(process.argv.slice(2));
} else {
  process.exitCode = 1;
}

/** A package holds no sources and is built; a clone is built again after each edit. */
async function isBuilt() {
  const script = new URL("../scripts/build-if-stale.mjs", import.meta.url);
  if (!existsSync(script)) return true;
  const { buildIfStale } = await import(script.href);
  return buildIfStale();
}
