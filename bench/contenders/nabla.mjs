// Nabla, as built by `npm run build`, on as many threads as NABLA_THREADS says and this version can use.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { makeProduct, makeTrainer } from "./nabla-trainer.mjs";
import { serve } from "./serve.mjs";

const root = new URL("../../", import.meta.url);
let nabla;

/** The report of `nabla doctor` on the backend that will compute here. */
function threads() {
  const command = fileURLToPath(new URL("bin/nabla.js", root));
  return JSON.parse(
    execFileSync(process.execPath, [...process.execArgv, command, "doctor", "--json"], { encoding: "utf8" }),
  ).backend.threads;
}

serve({
  hello: async () => {
    const built = new URL("dist/src/index.js", root);
    if (!existsSync(built)) throw new Error("it is not built yet: npm run build");
    nabla = await import(built.href);
    return { version: JSON.parse(readFileSync(new URL("package.json", root), "utf8")).version, threads: threads() };
  },
  prepare: (workload, data) =>
    workload.family === "product" ? makeProduct(nabla, data) : makeTrainer(nabla, workload, data),
});
