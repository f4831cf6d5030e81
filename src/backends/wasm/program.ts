// A compiled program: one WebAssembly module whose `run` walks all kernels of all steps.

import type { Plan } from "../../compile/kernel.ts";
import { lowerGraph } from "../../compile/pipeline.ts";
import { printKernel, printPlan } from "../../compile/print.ts";
import { kernelWork } from "../../compile/work.ts";
import { debugPrint } from "../../debug.ts";
import { dtypeInfo, type TypedArray } from "../../dtype.ts";
import type { Graph } from "../../graph/graph.ts";
import { printGraph } from "../../graph/print.ts";
import { sizeOf } from "../../shape.ts";
import type { KernelRun, Program, ProgramDescription, Storage } from "../backend.ts";
import { ModuleBuilder } from "./assembler.ts";
import { contractScratchBytes } from "./blocking.ts";
import type { WasmDevice } from "./device.ts";
import { inSlices } from "./slices.ts";
import { mayBlock, type SharedProgram } from "./threads.ts";
import { printWalk, type Walk } from "./walk.ts";

/** A variable's place in the device's memory. */
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
  /** What several threads need to know, where there is enough to share. */
  readonly #shared: SharedProgram | null;
  /** Where the addresses of the variables stand while the program runs, and after them the units of its phases. */
  readonly #table: number;

  static async compile(device: WasmDevice, given: Graph): Promise<WasmProgram> {
    const start = performance.now();
    const { graph, plan } = lowerGraph(given, (kernel) => contractScratchBytes(kernel, device.target));
    const module = new ModuleBuilder();
    const walk = printWalk(module, graph, plan, device.target);
    debugPrint(2, () => plan.kernels.map((kernel, i) => printKernel(kernel, i)).join("\n"));
    debugPrint(3, () => printPlan(graph, plan));
    debugPrint(5, () => module.print());
    const compiled = await WebAssembly.compile(module.encode(device.memory.shared));
    const instance = await WebAssembly.instantiate(compiled, { nabla: { memory: device.memory.memory } });
    debugPrint(
      1,
      () =>
        `— program: ${plan.kernels.length} kernels, ${plan.arenaBytes} bytes of working memory, compiled in ${(performance.now() - start).toFixed(1)} ms`,
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
        }
      : null;
  }

  async run(inputs: readonly TypedArray[], variables: readonly Storage[], steps: number): Promise<TypedArray[]> {
    const device = this.device;
    const arena = this.#prepare(inputs, variables);
    const { memory } = device.memory;
    if (this.#shared && (device.threads.size > 1 || !mayBlock))
      await device.threads.run(this.#shared, steps, arena, this.#table);
    else {
      const own = device.threads.ownOfCaller(this.#walk.ownBytes);
      if (mayBlock) this.#run(steps, arena, this.#table, own);
      else {
        let left = steps;
        await inSlices(steps, (most) => {
          this.#run(most, arena, this.#table, own);
          return (left -= most);
        });
      }
    }
    return this.plan.outputs.map((buffer, i) => {
      const { dtype, shape } = this.graph.outputs[i]!;
      return new (dtypeInfo(dtype).array)(memory.buffer, arena + this.plan.offsets.get(buffer)!, sizeOf(shape)).slice();
    });
  }

  /** Puts inputs and the variables' addresses where the program finds them, and gives the arena's address. */
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
    printWalk(module, this.graph, this.plan, device.target, true);
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
    const own = device.threads.ownOfCaller(this.#walk.ownBytes);
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

  describe(): ProgramDescription {
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
