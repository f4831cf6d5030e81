// Pass 7: an order of the kernels that respects their dependencies and keeps the peak of live memory low.
import { zip } from "../zip.ts";
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

/** A kernel with what its place in the order depends on. */
interface Step {
  readonly index: number;
  readonly kernel: Kernel;
  /** The steps that wait for this one. */
  readonly after: Step[];
  /** The temporaries that it reads, and the bytes that it writes. */
  readonly reads: readonly Buffer[];
  readonly written: number;
  /** How many steps it still waits for. */
  awaited: number;
}

/** Orders the kernels, and decides which assignments are made in place. */
export function schedule(fused: KernelGraph): Schedule {
  const { graph, buffers } = fused;
  const steps = fused.kernels.map(
    (kernel, index): Step => ({
      index,
      kernel,
      after: [],
      reads: kernelReads(kernel).filter((buffer) => buffer.place === "temporary"),
      written: kernelWrites(kernel).reduce((n, buffer) => n + bytesOf(buffer), 0),
      awaited: 0,
    }),
  );
  for (const [step, earlier] of zip(steps, fused.reads)) for (const other of earlier) steps[other]!.after.push(step);
  const writers = stepsBy(steps, kernelWrites);
  const readers = stepsBy(steps, kernelReads);

  const inVariables = new Map<Buffer, number>();
  const copies: Copy[] = [];
  for (const { variable, value } of graph.assignments) {
    const index = graph.variables.indexOf(variable);
    const old = buffers.variable(index);
    const { buffer } = buffers.locate(value);
    const [writer, ...otherWriters] = writers.get(buffer) ?? [];
    const others = (readers.get(old) ?? []).filter((reader) => reader !== writer);
    const canReplace =
      writer !== undefined &&
      otherWriters.length === 0 &&
      buffer.size === old.size &&
      mayReplace(writer.kernel, buffer, old);
    // Readers of the old value must run before the writer, so none of them may wait for it.
    const later = canReplace && others.length > 0 ? allAfter(writer) : new Set<Step>();
    if (canReplace && !others.some((reader) => later.has(reader))) {
      inVariables.set(buffer, index);
      for (const reader of others) reader.after.push(writer);
    } else copies.push({ from: buffer, variable: index });
  }
  return { kernels: order(steps, readers).map((step) => step.kernel), inVariables, copies };
}

function stepsBy(steps: readonly Step[], touched: (kernel: Kernel) => readonly Buffer[]): Map<Buffer, Step[]> {
  const found = new Map<Buffer, Step[]>();
  for (const step of steps)
    for (const buffer of touched(step.kernel)) found.set(buffer, [...(found.get(buffer) ?? []), step]);
  return found;
}

/** All steps that wait for `first`, directly or through others. */
function allAfter(first: Step): Set<Step> {
  const found = new Set<Step>([first]);
  for (const step of found) for (const next of step.after) found.add(next);
  return found;
}

/** Among the kernels that are ready, takes the one that adds least to the live bytes; of equals, the earliest. */
function order(steps: readonly Step[], readers: ReadonlyMap<Buffer, readonly Step[]>): Step[] {
  const waitingReaders = new Map([...readers].map(([buffer, of]) => [buffer, of.length]));
  const growth = ({ reads, written }: Step): number =>
    reads.reduce((n, buffer) => (waitingReaders.get(buffer) === 1 ? n - bytesOf(buffer) : n), written);
  for (const { after } of steps) for (const later of after) later.awaited++;
  const ready = new Set(steps.filter((step) => step.awaited === 0));
  const done: Step[] = [];
  while (ready.size > 0) {
    const best = [...ready]
      .map((step) => ({ step, bytes: growth(step) }))
      .reduce((a, b) => (b.bytes < a.bytes || (b.bytes === a.bytes && b.step.index < a.step.index) ? b : a)).step;
    ready.delete(best);
    done.push(best);
    for (const buffer of best.reads) waitingReaders.set(buffer, (waitingReaders.get(buffer) ?? 0) - 1);
    for (const next of best.after) if (--next.awaited === 0) ready.add(next);
  }
  return done;
}
