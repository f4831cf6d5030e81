// Sources as JavaScript in a folder of their own, for tests whose processes must be killed, limited or raced.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const repository = path.join(import.meta.dirname, "..");

/** Compiles sources and what they import, and gives the folder, in which `src/io/files.ts` is `src/io/files.js`. */
export function compileSources(...files: string[]): string {
  const compiled = fs.mkdtempSync(path.join(os.tmpdir(), "nabla-compiled-"));
  fs.chmodSync(compiled, 0o755);
  const options = { rootDir: repository, outDir: compiled, noEmit: false, declaration: false, sourceMap: false };
  const typeRoots = [path.join(repository, "node_modules/@types")];
  const config = {
    extends: path.join(repository, "tsconfig.json"),
    files: files.map((file) => path.join(repository, file)),
    include: [],
    compilerOptions: { ...options, typeRoots },
  };
  fs.writeFileSync(path.join(compiled, "tsconfig.json"), JSON.stringify(config));
  fs.writeFileSync(path.join(compiled, "package.json"), `{"type":"module"}`);
  fs.symlinkSync(path.join(repository, "node_modules"), path.join(compiled, "node_modules"), "junction");
  const compiler = path.join(repository, "node_modules/typescript/bin/tsc");
  const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, "-p", compiled], { encoding: "utf8" });
  if (status !== 0) throw new Error(stdout + stderr);
  return compiled;
}
