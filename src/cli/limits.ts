// Measures the two limits of this machine that a kernel can run into: multiply-adds and memory bandwidth.
import { FunctionBuilder, ModuleBuilder } from "../backends/wasm/assemble/assembler.ts";
import { compile } from "../compile-function.ts";
import { zeros } from "../functions/array.ts";
import { backend, startBackend } from "../runtime/device.ts";
import { variable } from "../variable.ts";

/** The limits of one thread. */
export interface Limits {
  /** The floating-point operations a second of multiply-adds that touch no memory. */
  readonly flops: number;
  /** The bytes a second of a sum over memory that no cache holds. */
  readonly bandwidth: number;
}

/** Measures both limits, in about half a second. */
export async function measureLimits(): Promise<Limits> {
  await startBackend();
  return { flops: multiplyAdds(), bandwidth: await bandwidth() };
}

/** The number of independent accumulators, enough to hide the latency of an addition. */
const accumulators = 12;
const turns = 2_000_000;

function multiplyAdds(): number {
  const { fusedMultiplyAdd, vectorBits } = backend().capabilities;
  const f = new FunctionBuilder("peak", [], "i32");
  const [counter, x, y] = [f.local("i32"), f.local("v128"), f.local("v128")];
  const locals = Array.from({ length: accumulators }, () => f.local("v128"));
  f.splat(0.999, "f32").set(x).splat(0.001, "f32").set(y);
  for (const local of locals) f.splat(1, "f32").set(local);
  f.countedLoop(counter, 0, turns, 1, () => {
    for (const local of locals) {
      if (fusedMultiplyAdd) f.get(local).get(x).get(y).emit("f32x4.relaxed_madd").set(local);
      else f.get(local).get(x).emit("f32x4.mul").get(y).emit("f32x4.add").set(local);
    }
  });
  // The accumulators are returned, so that no engine removes them. A memory of the module's own, in which they could be
  // stored, would reserve address space once more, which a process may not have.
  f.get(locals[0]!);
  for (const local of locals.slice(1)) f.get(local).emit("f32x4.add");
  f.emit("i32x4.extract_lane", 0);
  const module = new ModuleBuilder();
  module.export("peak", module.add(f));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.encode(null)));
  const peak = instance.exports["peak"] as () => void;
  // An engine that joins pairs of vectors has multiply-adds that are twice as wide.
  return (2 * vectorBits * accumulators * turns) / 32 / fastest(6, peak);
}

/** The shortest of some runs, in seconds. */
function fastest(runs: number, run: () => void): number {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Math.min(...times) / 1000;
}

const elements = 2 ** 24;

async function bandwidth(): Promise<number> {
  const x = variable(zeros([elements]));
  const step = compile(() => x.assign(x.value.add(1)));
  await step();
  const runs = await step.profile(5);
  return (2 * 4 * elements) / (Math.min(...runs.map(({ duration }) => duration)) / 1000);
}
