// Nabla's models in layers, as built by `npm run build`, beside the hand-written steps of nabla.mjs.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { makeTrainer } from "./nabla-layers-trainer.mjs";
import { serve } from "./serve.mjs";

const root = new URL("../../", import.meta.url);
const built = (/** @type {string} */ file) => import(new URL(`dist/src/${file}`, root).href);

let nabla;
let train;

serve({
  hello: async () => {
    if (!existsSync(new URL("dist/src/index.js", root))) throw new Error("it is not built yet: npm run build");
    nabla = await built("index.js");
    const [examples, trainers] = await Promise.all([built("train/examples.js"), built("train/trainers.js")]);
    train = { ...examples, ...trainers };
    const command = fileURLToPath(new URL("bin/nabla.js", root));
    const doctor = execFileSync(process.execPath, [...process.execArgv, command, "doctor", "--json"], {
      encoding: "utf8",
    });
    const { threads } = JSON.parse(doctor).backend;
    return { version: JSON.parse(readFileSync(new URL("package.json", root), "utf8")).version, threads };
  },
  prepare: (workload, data) => makeTrainer(nabla, train, workload, data),
});
