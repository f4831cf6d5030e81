// Pass 7: an order of the kernels that respects their dependencies and keeps the peak of live memory low.
import { type Buffer, bytesOf } from "./expression.ts";
import { mayReplace } from "./in-place.ts";
import { type Copy, type Kernel, kernelReads, kernelWrites } from "./kernel.ts";
import type { KernelGraph } from "./kernel-graph.ts";

export interface Schedule {
  readonly kernels: readonly Kernel[];
  /** Temporaries that are written straight into the variable (by its index in the graph) to which they are assigned. */
  readonly inVariables: ReadonlyMap<Buffer, number>;
  readonly copies: readonly Copy[];
}

/** Orders the kernels, and decides which assignments are made in place. */
export function schedule(fused: KernelGraph): Schedule {
  const { kernels, graph, buffers } = fused;
  const writers = kernelsBy(kernels, kernelWrites);
  const readers = kernelsBy(kernels, kernelReads);
  const after = kernels.map((): number[] => []);
  for (const [i, earlier] of fused.reads.entries()) for (const other of earlier) after[other]!.push(i);

  const variables = new Map(graph.variables.map((variable, i) => [variable, i]));
  const inVariables = new Map<Buffer, number>();
  const copies: Copy[] = [];
  for (const { variable, value } of graph.assignments) {
    const index = variables.get(variable)!;
    const old = buffers.variable(index);
    const { buffer } = buffers.locate(value);
    const [writer, ...otherWriters] = writers.get(buffer) ?? [];
    const others = (readers.get(old) ?? []).filter((reader) => reader !== writer);
    const canReplace =
      writer !== undefined &&
      otherWriters.length === 0 &&
      buffer.size === old.size &&
      mayReplace(kernels[writer]!, buffer, old);
    // Readers of the old value must run before the writer, so none of them may wait for it.
    const later = canReplace && others.length > 0 ? allAfter(writer, after) : new Set<number>();
    if (canReplace && !others.some((reader) => later.has(reader))) {
      inVariables.set(buffer, index);
      for (const reader of others) after[reader]!.push(writer);
    } else copies.push({ from: buffer, variable: index });
  }
  return { kernels: order(kernels, after, readers).map((i) => kernels[i]!), inVariables, copies };
}

function kernelsBy(kernels: readonly Kernel[], touched: (kernel: Kernel) => readonly Buffer[]): Map<Buffer, number[]> {
  const found = new Map<Buffer, number[]>(kernels.flatMap(touched).map((buffer) => [buffer, []]));
  for (const [i, kernel] of kernels.entries()) for (const buffer of touched(kernel)) found.get(buffer)!.push(i);
  return found;
}

/** All kernels that wait for `first`, directly or through others. */
function allAfter(first: number, after: readonly (readonly number[])[]): Set<number> {
  const found = new Set<number>([first]);
  for (const kernel of found) for (const next of after[kernel]!) found.add(next);
  return found;
}

/** Among the kernels that are ready, takes the one that adds least to the live bytes; of equals, the earliest. */
function order(
  kernels: readonly Kernel[],
  after: readonly (readonly number[])[],
  readers: ReadonlyMap<Buffer, readonly number[]>,
): number[] {
  const reads = kernels.map((kernel) => kernelReads(kernel).filter((buffer) => buffer.place === "temporary"));
  const written = kernels.map((kernel) => kernelWrites(kernel).reduce((n, buffer) => n + bytesOf(buffer), 0));
  const waitingReaders = new Map([...readers].map(([buffer, of]) => [buffer, of.length]));
  const growth = (i: number): number =>
    reads[i]!.reduce((n, buffer) => (waitingReaders.get(buffer) === 1 ? n - bytesOf(buffer) : n), written[i]!);
  const awaited = kernels.map(() => 0);
  for (const later of after) for (const i of later) awaited[i]!++;
  const ready = new Set(awaited.flatMap((count, i) => (count === 0 ? [i] : [])));
  const done: number[] = [];
  while (ready.size > 0) {
    let best = -1;
    let least = Infinity;
    for (const i of ready) {
      const bytes = growth(i);
      if (bytes < least || (bytes === least && i < best)) [best, least] = [i, bytes];
    }
    ready.delete(best);
    done.push(best);
    for (const buffer of reads[best]!) waitingReaders.set(buffer, waitingReaders.get(buffer)! - 1);
    for (const next of after[best]!) if (--awaited[next]! === 0) ready.add(next);
  }
  return done;
}
