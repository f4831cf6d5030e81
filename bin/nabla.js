#!/usr/bin/env node
// The `nabla` command: makes sure that Node is new enough and Nabla is built, and hands over to src/cli.
import { existsSync } from "node:fs";

const main = new URL("../dist/src/cli/main.js", import.meta.url);
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`nabla needs Node 20.19 or later, but this is ${process.versions.node}.`);
  process.exitCode = 1;
} else if (!existsSync(main)) {
  console.error('nabla is not built yet: run "npm install" in its folder (or "npm run build").');
  process.exitCode = 1;
} else {
  const { runCommandLine } = await import(main.href);
  await runCommandLine(process.argv.slice(2));
}
