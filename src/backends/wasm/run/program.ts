// A compiled program: one WebAssembly module whose `run` walks all kernels of all steps.

import type { Plan } from "../../../compile/kernel.ts";
import { inspectionAskedFor, loadInspection } from "../../../compile/load-inspection.ts";
import { lowerGraph } from "../../../compile/pipeline.ts";
import { kernelWork } from "../../../compile/work.ts";
import { debugPrint } from "../../../debug.ts";
import { dtypeInfo, type TypedArray } from "../../../dtype.ts";
import type { Graph } from "../../../graph/graph.ts";
import { sizeOf } from "../../../shape.ts";
import { InterruptedRun, type KernelRun, type Program, type ProgramDescription, type Storage } from "../../backend.ts";
import { ModuleBuilder } from "../assemble/assembler.ts";
import { contractScratchBytes, packedBuffers } from "../print/blocking.ts";
import type { WasmDevice } from "./device.ts";
import { mayBlock } from "./environment.ts";
import { inSlices } from "./slices.ts";
import { printWalk, type Walk } from "./walk.ts";
import type { SharedProgram } from "./workers.ts";

/**
 * Most work of a call that a page's main thread executes itself, in simple vector instructions. It is about a quarter
 * of a millisecond; a message to the workers and back takes a fifth of that.
 */
const mostOfPage = 1_000_000;

/** A variable's elements in the device's memory. */
export interface WasmStorage extends Storage {
  readonly address: number;
}

export class WasmProgram implements Program {
  readonly device: WasmDevice;
  readonly graph: Graph;
  readonly plan: Plan;
  readonly #module: ModuleBuilder;
  readonly #walk: Walk;
  readonly #run: (steps: number, arena: number, variables: number, own: number) => void;
  /** The program as the thread pool needs it; null if there is too little to share. */
  readonly #shared: SharedProgram | null;
  /**
   * Address of a table: the addresses of the variables while the program runs, then the number of units of each phase.
   */
  readonly #table: number;

  static async compile(device: WasmDevice, given: Graph): Promise<WasmProgram> {
    const start = performance.now();
    const asked = inspectionAskedFor();
    const inspection = asked && (await asked);
    const { graph, plan } = lowerGraph(
      given,
      (kernel) => contractScratchBytes(kernel, device.target),
      inspection,
      (kernel) => packedBuffers(kernel, device.target),
    );
    // Working memory that exceeds any WebAssembly memory is refused before its addresses are printed.
    if (plan.arenaBytes >= 2 ** 32) device.memory.allocate(plan.arenaBytes);
    const module = new ModuleBuilder();
    const walk = printWalk(module, plan, device.target);
    debugPrint(2, () => plan.kernels.map((kernel, i) => inspection!.printKernel(kernel, i)).join("\n"));
    debugPrint(3, () => inspection!.printPlan(graph, plan));
    debugPrint(5, () => module.print());
    const compiled = await WebAssembly.compile(module.encode(device.memory.shared)).catch(async (error) =>
      (await import("./refusal.ts")).throwRefusal(error),
    );
    const instance = await WebAssembly.instantiate(compiled, { nabla: { memory: device.memory.memory } });
    // A worker's part that cannot be loaded fails here, before a run has written anything.
    if (instance.exports["work"]) await device.threads.load();
    debugPrint(
      1,
      () =>
        `— program: ${plan.kernels.length} kernels, ${plan.arenaBytes} bytes of working memory, ` +
        `compiled in ${(performance.now() - start).toFixed(1)} ms`,
    );
    return new WasmProgram(device, graph, plan, module, walk, compiled, instance.exports);
  }

  private constructor(
    device: WasmDevice,
    graph: Graph,
    plan: Plan,
    module: ModuleBuilder,
    walk: Walk,
    compiled: WebAssembly.Module,
    exports: WebAssembly.Exports,
  ) {
    this.device = device;
    this.graph = graph;
    this.plan = plan;
    this.#module = module;
    this.#walk = walk;
    this.#run = exports["run"] as WasmProgram["run"] & ((...args: number[]) => void);
    const words = Math.max(1, graph.variables.length);
    this.#table = device.memory.allocate(4 * (words + walk.units.length));
    const unitsAt = this.#table + 4 * words;
    new Uint32Array(device.memory.memory.buffer, unitsAt, walk.units.length).set(walk.units);
    const work = exports["work"] as SharedProgram["work"] | undefined;
    this.#shared = work
      ? {
          number: device.nextProgram(),
          module: compiled,
          work,
          unitsAt,
          firstUnits: walk.units[0]!,
          ownBytes: walk.ownBytes,
          unitWork: walk.unitWork,
        }
      : null;
  }

  async run(inputs: readonly TypedArray[], variables: readonly Storage[], steps: number): Promise<TypedArray[]> {
    const device = this.device;
    const arena = this.#prepare(inputs, variables);
    // Everything that may run out of memory happens before the first write.
    const outputs = this.graph.outputs.map(({ dtype, shape }) => new (dtypeInfo(dtype).array)(sizeOf(shape)));
    const shared = this.#isShared(steps) ? this.#shared : null;
    const own = device.threads.reserve(this.#walk.ownBytes, shared ? device.threads.size + 1 : 1);
    try {
      if (shared) await device.threads.run(shared, steps, arena, this.#table);
      else if (mayBlock) this.#run(steps, arena, this.#table, own);
      else await this.#runInSlices(steps, arena, own);
    } catch (error) {
      if (error instanceof InterruptedRun) throw error;
      throw new InterruptedRun(`a program failed while it ran: ${(error as Error).message}`, { cause: error });
    }
    const { buffer } = device.memory.memory;
    outputs.forEach((output, i) => {
      const at = arena + this.plan.offsets.get(this.plan.outputs[i]!)!;
      output.set(new (dtypeInfo(this.graph.outputs[i]!.dtype).array)(buffer, at, output.length));
    });
    return outputs;
  }

  /** True if several threads compute this call. In a page, messages to the workers cost more than a small call. */
  #isShared(steps: number): boolean {
    if (!this.#shared) return false;
    return mayBlock ? this.device.threads.size > 1 : steps * this.#walk.work > mostOfPage;
  }

  /** Runs on a page's main thread, which gets a break after each slice. */
  async #runInSlices(steps: number, arena: number, own: number): Promise<void> {
    let left = steps;
    await inSlices(steps, (most) => {
      this.#run(most, arena, this.#table, own);
      return (left -= most);
    });
  }

  /** Copies the inputs and the variables' addresses into the device's memory, and returns the arena's address. */
  #prepare(inputs: readonly TypedArray[], variables: readonly Storage[]): number {
    const device = this.device;
    const arena = device.arena(this.plan.arenaBytes);
    inputs.forEach((data, i) =>
      device
        .bytes(arena + this.plan.inputs[i]!, data.byteLength)
        .set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    );
    const table = new Uint32Array(device.memory.memory.buffer, this.#table, variables.length);
    variables.forEach((storage, i) => (table[i] = (storage as WasmStorage).address));
    return arena;
  }

  async profile(inputs: readonly TypedArray[], variables: readonly Storage[], steps: number): Promise<KernelRun[]> {
    const device = this.device;
    const module = new ModuleBuilder();
    printWalk(module, this.plan, device.target, true);
    const { instance } = await WebAssembly.instantiate(module.encode(device.memory.shared), {
      nabla: { memory: device.memory.memory },
    });
    const kernel = instance.exports["kernel"] as (
      number: number,
      unit: number,
      arena: number,
      variables: number,
      own: number,
      counters: number,
    ) => void;
    const arena = this.#prepare(inputs, variables);
    const own = device.threads.reserve(this.#walk.ownBytes, 1);
    const runs: KernelRun[] = [];
    const count = this.plan.kernels.length;
    const begin = performance.now();
    for (let step = 0; step < steps; step++) {
      for (let k = 0; k <= count; k++) {
        const start = performance.now();
        kernel(k, 0, arena, this.#table, own, 0);
        if (k < count) runs.push({ step, kernel: k, start: start - begin, duration: performance.now() - start });
      }
    }
    return runs;
  }

  async describe(): Promise<ProgramDescription> {
    const { printGraph, printKernel, printPlan } = await loadInspection();
    return {
      graph: printGraph(this.graph),
      kernels: this.plan.kernels.map((kernel, i) => printKernel(kernel, i)),
      work: this.plan.kernels.map(kernelWork),
      plan: printPlan(this.graph, this.plan),
      code: this.#module.print(),
      workingBytes: this.plan.arenaBytes,
      memory: {
        arena: this.plan.arenaBytes,
        liveAtOnce: this.plan.lowerBound,
        eachThread: this.#walk.ownBytes,
        threads: this.#shared ? this.device.threads.size : 1,
        variables: this.graph.variables.reduce((n, { shape, dtype }) => n + sizeOf(shape) * dtypeInfo(dtype).bytes, 0),
      },
    };
  }

  free(): void {
    this.device.memory.free(this.#table);
    if (this.#shared) this.device.threads.forget(this.#shared.number);
  }
}
