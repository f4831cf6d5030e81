// A table that is larger than memory trains in bounded memory: only the rows that wait are alive.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import v8 from "node:v8";
import vm from "node:vm";
import { afterAll, expect, test } from "vitest";
import { readTable, streamTable, type Table, TableEncoder, type TableStream } from "../src/data/index.ts";
import { layers, sequential } from "../src/index.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "nabla-memory-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

v8.setFlagsFromString("--expose-gc");
const collect = vm.runInNewContext("gc") as () => void;

/** The megabytes that are alive. */
function alive(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
}

function writeTable(name: string, rows: number): string {
  const lines = ["a,b,c,d,e,f,kind,when,y"];
  for (let i = 0; i < rows; i++) {
    const [a, b] = [Math.sin(1.7 * i), Math.cos(0.37 * i)];
    const kind = ["red", "green", "blue"][i % 3];
    const more = `${i % 13},${i / 8},${i % 7 === 0 ? "" : i % 5},${i % 2}`;
    lines.push(`${a.toFixed(5)},${b.toFixed(5)},${more},${kind},2020-01-0${1 + (i % 9)},${a + b > 0 ? "up" : "down"}`);
  }
  const file = path.join(folder, name);
  fs.writeFileSync(file, lines.join("\n"));
  return file;
}

/** Trains on a table, and gives the most megabytes that were alive meanwhile, beyond those before. */
async function mostAlive(open: (file: string) => Promise<Table | TableStream>, file: string): Promise<number> {
  // What an earlier training left is freed after further turns of the event loop.
  for (let turn = 0; turn < 5; turn++) {
    alive();
    await new Promise(setImmediate);
  }
  const before = alive();
  const table = await open(file);
  const [train] = table.split([0.9, 0.1], { seed: 1 });
  const encoder = await TableEncoder.fit(train!, { target: "y" });
  const model = sequential([layers.dense(16, { activation: "relu" }), layers.dense(2)], { seed: 1 });
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  let most = 0;
  let steps = 0;
  const batches = encoder.examples(train!).shuffle({ seed: 1, window: 4096 }).batch(512);
  const { epochs } = await model.fit(batches, {
    epochs: 1,
    callbacks: [{ onBatchEnd: () => void (++steps % 30 === 0 && (most = Math.max(most, alive() - before))) }],
  });
  expect(epochs[0]!["accuracy"]).toBeGreaterThan(0.5);
  return most;
}

test("80,000 rows from a file keep less than 30 MB alive, and in memory more than from the file", async () => {
  const file = writeTable("many.csv", 80_000);
  // What the first run compiles stays alive.
  await mostAlive(streamTable, writeTable("few.csv", 18_000));
  const [streamed, inMemory] = [await mostAlive(streamTable, file), await mostAlive(readTable, file)];
  console.log(`alive: ${streamed.toFixed(1)} MB from the file, ${inMemory.toFixed(1)} MB in memory`);
  expect(streamed).toBeLessThan(30);
  expect(inMemory).toBeGreaterThan(streamed);
});
