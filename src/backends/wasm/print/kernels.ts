// Chooses the printer of a kernel: sort, blocked product, or loops.
import type { Kernel } from "../../../compile/kernel.ts";
import type { ModuleBuilder } from "../assemble/assembler.ts";
import { blockingOf } from "./blocking.ts";
import { printContract } from "./contract.ts";
import { printLoops } from "./loops.ts";
import type { Piece } from "./piece.ts";
import { printSort } from "./sort.ts";
import type { Target } from "./target.ts";

/** The pieces of a kernel, in the order in which they must run. */
export function printKernelPieces(kernel: Kernel, name: string, target: Target, module: ModuleBuilder): Piece[] {
  if (kernel.routine) return [printSort(kernel, name, target.fusedMultiplyAdd, module)];
  const blocking = blockingOf(kernel, target);
  return blocking ? printContract(kernel, blocking, name, target, module) : [printLoops(kernel, name, target)];
}
