// The canaries themselves: a byte that is written outside of every buffer fails the run.
import { expect, test } from "vitest";
import { engineFeatures, WasmDevice } from "../src/backends/wasm/run/device.ts";
import { WasmProgram } from "../src/backends/wasm/run/program.ts";
import { closeGraph } from "../src/graph/graph.ts";
import * as ops from "../src/ops/index.ts";

async function prepared() {
  const device = new WasmDevice(engineFeatures());
  const x = ops.placeholder(0, [10], "float32");
  const program = await WasmProgram.compile(device, closeGraph([ops.mul(x, x)], [], [x]));
  const run = () => program.run([new Float32Array(10)], [], 1);
  await run();
  return { device, program, run };
}

test("a write behind a buffer of its own fails the next run", async () => {
  const { device, run } = await prepared();
  const at = device.memory.allocate(10);
  device.bytes(at, 10).fill(7);
  await run();
  device.bytes(at + 10, 1).fill(7);
  await expect(run()).rejects.toThrow("0 bytes past the end of the 10 bytes");
});

test("a write between two buffers of the arena fails its run", async () => {
  const { device, program, run } = await prepared();
  const arena = device.arena(0);
  const prepare = device.arena;
  // After the arena has been filled with canaries, before the kernels run.
  device.arena = (bytes) => {
    const at = prepare.call(device, bytes);
    device.bytes(arena + program.plan.inputs[0]! + 44, 1).fill(7);
    return at;
  };
  await expect(run()).rejects.toThrow("of the arena");
});

test("no program finds what an earlier one left in a thread's own memory", async () => {
  const { device, run } = await prepared();
  const own = device.threads.reserve(64, 1);
  device.bytes(own, 64).fill(7);
  await run();
  expect(new Float32Array(device.memory.memory.buffer, own, 16).every(Number.isNaN)).toBe(true);
});
