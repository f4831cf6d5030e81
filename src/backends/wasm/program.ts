// A compiled program: one WebAssembly module whose `run` walks all kernels of all steps.
import type { Program, ProgramDescription, Storage } from "../backend.ts";
import { type Buffer } from "../../compile/expression.ts";
import { type Kernel, kernelBuffers } from "../../compile/kernel.ts";
import { lowerGraph } from "../../compile/pipeline.ts";
import type { Plan } from "../../compile/plan.ts";
import { printKernel, printPlan } from "../../compile/print.ts";
import { bytesOf } from "../../compile/schedule.ts";
import { debugPrint } from "../../debug.ts";
import { dtypeInfo, type TypedArray } from "../../dtype.ts";
import type { Graph } from "../../graph/graph.ts";
import { printGraph } from "../../graph/print.ts";
import { sizeOf } from "../../shape.ts";
import { FunctionBuilder, type Local, ModuleBuilder } from "./assembler.ts";
import { contractScratchBytes, isBlocked, printContract } from "./contract.ts";
import type { WasmDevice } from "./device.ts";
import { printLoops } from "./loops.ts";
import { printSort, sortScratchBytes } from "./sort.ts";

/** A variable's place in the device's memory. */
export interface WasmStorage extends Storage {
  readonly address: number;
}

export class WasmProgram implements Program {
  readonly #device: WasmDevice;
  readonly #graph: Graph;
  readonly #plan: Plan;
  readonly #module: ModuleBuilder;
  readonly #run: (steps: number, arena: number, variables: number) => void;
  /** Where the addresses of the variables stand while the program runs. */
  readonly #table: number;

  static async compile(device: WasmDevice, given: Graph): Promise<WasmProgram> {
    const { graph, plan } = lowerGraph(given, (kernel) => Math.max(contractScratchBytes(kernel), sortScratchBytes(kernel)));
    const module = printModule(graph, plan, device.capabilities.fusedMultiplyAdd);
    debugPrint(1, () => `— program: ${plan.kernels.length} kernels, ${plan.arenaBytes} bytes of working memory`);
    debugPrint(2, () => plan.kernels.map((kernel, i) => printKernel(kernel, i)).join("\n"));
    debugPrint(3, () => printPlan(graph, plan));
    debugPrint(5, () => module.print());
    const compiled = await WebAssembly.compile(module.encode());
    const instance = await WebAssembly.instantiate(compiled, { nabla: { memory: device.memory.memory } });
    return new WasmProgram(device, graph, plan, module, instance.exports["run"] as WasmProgram["run"] & ((...args: number[]) => void));
  }

  private constructor(device: WasmDevice, graph: Graph, plan: Plan, module: ModuleBuilder, run: (...args: number[]) => void) {
    this.#device = device;
    this.#graph = graph;
    this.#plan = plan;
    this.#module = module;
    this.#run = run;
    this.#table = device.memory.allocate(4 * Math.max(1, graph.variables.length));
  }

  async run(inputs: readonly TypedArray[], variables: readonly Storage[], steps: number): Promise<TypedArray[]> {
    const device = this.#device;
    const arena = device.arena(this.#plan.arenaBytes);
    const { memory } = device.memory;
    inputs.forEach((data, i) => device.bytes(arena + this.#plan.inputs[i]!, data.byteLength).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
    const table = new Uint32Array(memory.buffer, this.#table, variables.length);
    variables.forEach((storage, i) => (table[i] = (storage as WasmStorage).address));
    this.#run(steps, arena, this.#table);
    return this.#plan.outputs.map((buffer, i) => {
      const { dtype, shape } = this.#graph.outputs[i]!;
      return new (dtypeInfo(dtype).array)(memory.buffer, arena + this.#plan.offsets.get(buffer)!, sizeOf(shape)).slice();
    });
  }

  describe(): ProgramDescription {
    return {
      graph: printGraph(this.#graph),
      kernels: this.#plan.kernels.map((kernel, i) => printKernel(kernel, i)),
      plan: printPlan(this.#graph, this.#plan),
      code: this.#module.print(),
      workingBytes: this.#plan.arenaBytes,
    };
  }

  free(): void {
    this.#device.memory.free(this.#table);
  }
}

/** Prints every kernel, and `run`, which calls them in order for each step. */
function printModule(graph: Graph, plan: Plan, fused: boolean): ModuleBuilder {
  const module = new ModuleBuilder();
  const places = plan.kernels.map((kernel, i) => {
    const name = `kernel_${i}`;
    if (kernel.kind === "routine") return module.add(printSort(kernel, name, fused, module));
    return module.add(isBlocked(kernel) ? printContract(kernel, name, fused, module) : printLoops(kernel, name, fused));
  });
  const run = new FunctionBuilder("run", ["i32", "i32", "i32"]);
  const [steps, arena, table] = [0, 1, 2];
  const variables = graph.variables.map((_, i): Local => {
    const local = run.local("i32");
    run.get(table).emit("i32.load", 4 * i).set(local);
    return local;
  });
  const address = (buffer: Buffer): void => {
    const variable = buffer.place === "variable" ? buffer.index : plan.inVariables.get(buffer);
    if (variable !== undefined) run.get(variables[variable]!);
    else run.get(arena).plus(buffer.place === "input" ? plan.inputs[buffer.index]! : plan.offsets.get(buffer)!);
  };
  run.emit("loop");
  plan.kernels.forEach((kernel: Kernel, i) => {
    // What a scatter adds to begins as zeros.
    for (const { buffer, accumulate } of kernel.stores) {
      if (!accumulate) continue;
      address(buffer);
      run.i32(0).i32(bytesOf(buffer)).emit("memory.fill");
    }
    for (const buffer of kernelBuffers(kernel)) address(buffer);
    const scratch = plan.scratch.get(kernel);
    if (scratch !== undefined) run.get(arena).plus(scratch);
    run.emit("call", places[i]!);
  });
  for (const { from, variable } of plan.copies) {
    run.get(variables[variable]!);
    address(from);
    run.i32(bytesOf(from)).emit("memory.copy");
  }
  run.get(steps).i32(1).emit("i32.sub").tee(steps).emit("br_if", 0).emit("end");
  module.export("run", module.add(run));
  return module;
}
