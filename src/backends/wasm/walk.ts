// Prints the walk over a plan's kernels: each is called with the addresses of its buffers, loops step after step.
import { type Address, type Addresses, sameAddress, stepAddresses } from "../../compile/address.ts";
import { type Kernel, kernelBuffers } from "../../compile/kernel.ts";
import type { Plan } from "../../compile/plan.ts";
import { bytesOf } from "../../compile/schedule.ts";
import type { FunctionBuilder, Local } from "./assembler.ts";

/** What the walk needs of the function that it is printed into. */
export interface Walk {
  readonly f: FunctionBuilder;
  /** Where the arena begins. */
  readonly arena: Local;
  /** Where each variable of the program lies. */
  readonly variables: readonly Local[];
  /** Prints a kernel that is no loop as a function of its own, and gives its number. */
  readonly functionOf: (kernel: Kernel) => number;
}

/** Runs every kernel of the plan in order, and then makes the assignments that had to wait. */
export function printWalk(walk: Walk, plan: Plan, addresses: Addresses, arena = 0, counters: readonly Local[] = []): void {
  const { f } = walk;
  const push = (address: Address): void => pushAddress(walk, address, counters);
  for (const kernel of plan.kernels) {
    const scratch = plan.scratch.get(kernel);
    if (kernel.loop) {
      printLoop(walk, kernel, addresses, arena + (scratch ?? 0), counters);
      continue;
    }
    // What a scatter adds to begins as zeros.
    for (const { buffer, accumulate } of kernel.stores) {
      if (!accumulate) continue;
      push(addresses(buffer));
      f.i32(0).i32(bytesOf(buffer)).emit("memory.fill");
    }
    for (const buffer of kernelBuffers(kernel)) push(addresses(buffer));
    if (scratch !== undefined) push({ base: "arena", offset: arena + scratch, steps: [] });
    f.emit("call", walk.functionOf(kernel));
  }
  for (const { from, variable } of plan.copies) {
    const to = addresses({ name: "", dtype: from.dtype, size: from.size, place: "variable", index: variable });
    printCopy(walk, to, addresses(from), bytesOf(from), counters);
  }
}

function printLoop(walk: Walk, { loop }: Kernel, addresses: Addresses, scratch: number, counters: readonly Local[]): void {
  const { f } = walk;
  const { length, step, carries } = loop!;
  for (const { init, result } of carries) printCopy(walk, addresses(result), addresses(init), bytesOf(init), counters);
  if (length === 0) return;
  const counter = f.local("i32");
  const inside = stepAddresses(loop!, addresses, scratch, counters.length);
  f.countedLoop(counter, 0, length, 1, () => printWalk(walk, step.plan, inside, scratch, [...counters, counter]));
  f.release(counter, "i32");
}

function printCopy(walk: Walk, to: Address, from: Address, bytes: number, counters: readonly Local[]): void {
  if (bytes === 0 || sameAddress(to, from)) return;
  pushAddress(walk, to, counters);
  pushAddress(walk, from, counters);
  walk.f.i32(bytes).emit("memory.copy");
}

function pushAddress({ f, arena, variables }: Walk, { base, offset, steps }: Address, counters: readonly Local[]): void {
  f.get(base === "arena" ? arena : variables[base.variable]!).plus(offset);
  for (const { depth, bytes } of steps) f.get(counters[depth]!).times(bytes).emit("i32.add");
}
