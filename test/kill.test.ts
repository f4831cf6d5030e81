// A run that is killed at any moment, again and again, ends with the same bits as one that never was.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { hostRandom } from "../src/random.ts";

const program = `
import { callbacks, Dataset, layers, optimizers, sequential } from "nabla";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";

const [checkpoint, result] = process.argv.slice(2);
const size = 3000;
const x = Float32Array.from({ length: size * 16 }, (_, i) => Math.sin(i * 12.9898) );
const y = Uint8Array.from({ length: size }, (_, i) =>
  (x[16 * i] + x[16 * i + 3] > 0 ? 1 : 0) + (x[16 * i + 5] > 0 ? 1 : 0));
const model = sequential([layers.dense(32, { activation: "relu" }), layers.dropout(0.3), layers.dense(3)], { seed: 1 });
const optimizer = optimizers.adam({ learningRate: 0.003 });
model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
const falling = callbacks.learningRateScheduler((epoch) => 0.003 / (1 + epoch));
const stopping = callbacks.earlyStopping({ monitor: "valLoss", patience: 50, restoreBestWeights: true });
console.log("begun");
const { epochs } = await model.fit(Dataset.from({ inputs: { data: x, shape: [size, 16] }, targets: y }), {
  epochs: 5, batchSize: 20, seed: 3, validationSplit: 0.2, verbose: 0,
  callbacks: [falling, stopping, { onBatchEnd() {} }],
  ...(checkpoint !== "none" && { checkpoint, checkpointSeconds: 0.02, resume: true }),
});
const hash = createHash("sha256");
for (const { data } of Object.values(await model.getWeights()))
  hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
const measured = epochs.map(({ seconds, ...measures }) => measures);
writeFileSync(result, hash.digest("hex") + JSON.stringify(measured));
`;

test("killed twenty times", { timeout: 300_000 }, async () => {
  const project = inject("project");
  const folder = mkdtempSync(join(tmpdir(), "nabla-kill-"));
  const script = join(project, "kill.mjs");
  writeFileSync(script, program);
  const next = hostRandom(5);
  /** Runs the program, and kills it after some time from its first word on; true if it reached its end. */
  const run = (checkpoint: string, result: string, life: number | null): Promise<boolean> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [script, checkpoint, result], {
        cwd: project,
        stdio: ["ignore", "pipe", "pipe"],
      });
      let complaint = "";
      child.stderr.on("data", (text) => (complaint += text));
      child.stdout.once("data", () => {
        if (life !== null) setTimeout(() => child.kill("SIGKILL"), life);
      });
      child.on("close", (code, signal) =>
        signal === "SIGKILL" || code === 0 ? resolve(code === 0) : reject(new Error(complaint)),
      );
    });
  try {
    const whole = join(folder, "whole.txt");
    const start = performance.now();
    await run("none", whole, null);
    const duration = performance.now() - start;
    const [checkpoint, result] = [join(folder, "run.checkpoint"), join(folder, "resumed.txt")];
    let kills = 0;
    // Each life is a part of the whole, so that the run is cut off all along its way.
    while (kills < 20 && !(await run(checkpoint, result, 30 + next.below(Math.max(40, Math.round(duration / 20))))))
      kills++;
    await run(checkpoint, result, null);
    expect(readFileSync(result, "utf8")).toBe(readFileSync(whole, "utf8"));
    expect(kills).toBeGreaterThan(5);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(script, { force: true });
  }
});
