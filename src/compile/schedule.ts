// Pass 6: an order of the kernels that respects what reads what, and keeps the peak of live memory low.
import { dtypeInfo } from "../dtype.ts";
import type { Buffer } from "./expression.ts";
import type { Fused } from "./fuse.ts";
import { mayReplace } from "./in-place.ts";
import { type Kernel, kernelReads, kernelWrites } from "./kernel.ts";

export interface Schedule {
  readonly kernels: readonly Kernel[];
  /** Temporaries that are written straight into the variable (by its place in the graph) to which they are assigned. */
  readonly inVariables: ReadonlyMap<Buffer, number>;
  /** Assignments that must wait until all kernels have run. */
  readonly copies: readonly { readonly from: Buffer; readonly variable: number }[];
}

export const bytesOf = (buffer: Buffer): number => buffer.size * dtypeInfo(buffer.dtype).bytes;

/** Orders the kernels, and decides which assignments can be made in place. */
export function schedule(fused: Fused): Schedule {
  const { kernels, graph, buffers } = fused;
  const writers = new Map<Buffer, Kernel[]>();
  const readers = new Map<Buffer, Set<Kernel>>();
  for (const kernel of kernels) {
    for (const buffer of kernelWrites(kernel)) writers.set(buffer, [...(writers.get(buffer) ?? []), kernel]);
    for (const buffer of kernelReads(kernel)) readers.set(buffer, (readers.get(buffer) ?? new Set()).add(kernel));
  }
  const before = new Map(kernels.map((kernel) => [kernel, new Set(fused.reads.get(kernel))]));
  const waitsFor = (kernel: Kernel, other: Kernel, seen = new Set<Kernel>()): boolean => {
    if (kernel === other) return true;
    if (seen.has(kernel)) return false;
    seen.add(kernel);
    return [...before.get(kernel)!].some((next) => waitsFor(next, other, seen));
  };

  const inVariables = new Map<Buffer, number>();
  const copies: { from: Buffer; variable: number }[] = [];
  for (const { variable, value } of graph.assignments) {
    const index = graph.variables.indexOf(variable);
    const old = buffers.variable(index);
    const { buffer } = buffers.locate(value);
    const writing = writers.get(buffer) ?? [];
    const [writer] = writing;
    const others = [...(readers.get(old) ?? [])].filter((reader) => reader !== writer);
    const inPlace =
      writing.length === 1 &&
      buffer.size === old.size &&
      mayReplace(writer!, buffer, old) &&
      others.every((reader) => !waitsFor(reader, writer!));
    if (inPlace) {
      inVariables.set(buffer, index);
      for (const reader of others) before.get(writer!)!.add(reader);
    } else copies.push({ from: buffer, variable: index });
  }
  return { kernels: order(kernels, before, readers), inVariables, copies };
}

/** Among the kernels that are ready, the one that adds least to what is live; of equals, the earliest. */
function order(
  kernels: readonly Kernel[],
  before: ReadonlyMap<Kernel, ReadonlySet<Kernel>>,
  readers: ReadonlyMap<Buffer, ReadonlySet<Kernel>>,
): Kernel[] {
  const waiting = new Set(kernels);
  const done: Kernel[] = [];
  const growth = (kernel: Kernel): number => {
    let bytes = 0;
    for (const buffer of kernelWrites(kernel)) bytes += bytesOf(buffer);
    for (const buffer of kernelReads(kernel)) {
      if (
        buffer.place === "temporary" &&
        [...readers.get(buffer)!].every((reader) => reader === kernel || !waiting.has(reader))
      )
        bytes -= bytesOf(buffer);
    }
    return bytes;
  };
  while (waiting.size > 0) {
    let best: Kernel | null = null;
    let least = Infinity;
    for (const kernel of waiting) {
      if ([...before.get(kernel)!].some((other) => waiting.has(other))) continue;
      const bytes = growth(kernel);
      if (bytes < least) [best, least] = [kernel, bytes];
    }
    waiting.delete(best!);
    done.push(best!);
  }
  return done;
}
