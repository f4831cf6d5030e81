// Pass 8: lays out temporaries, inputs and scratch memory in one arena. Memory whose last reader has run is used again.
import type { Graph } from "../graph/graph.ts";
import { zip } from "../zip.ts";
import { type Buffer, bytesOf } from "./expression.ts";
import { mayReplace } from "./in-place.ts";
import { type Kernel, kernelReads, kernelWrites, type Plan } from "./kernel.ts";
import type { KernelGraph } from "./kernel-graph.ts";
import { placeBlocks } from "./place.ts";
import type { Schedule } from "./schedule.ts";

/** Buffers share no cache line; and a vector load that runs past a buffer's end stays inside the arena. */
const alignment = 64;
const slack = 64;
const rounded = (bytes: number): number => Math.ceil((bytes + slack) / alignment) * alignment;

/** A block in the making: how long it is live may still grow. */
interface Block {
  readonly bytes: number;
  readonly from: number;
  to: number;
}

const never = Infinity;

/**
 * Lays out all memory. `scratchBytes` gives the memory that a backend's kernel needs for itself; `isKept` tells whether
 * it keeps that memory from step to step of the loop whose step this is.
 */
export function plan(
  fused: KernelGraph,
  scheduled: Schedule,
  scratchBytes: (kernel: Kernel) => number,
  isKept: (kernel: Kernel) => boolean,
): Plan {
  const { graph, buffers } = fused;
  const { kernels, inVariables, copies } = scheduled;
  const outputs = graph.outputs.map((node) => buffers.locate(node).buffer);
  const lastUse = lastUses(kernels, [...outputs, ...copies.map((c) => c.from)]);
  const writers = new Map<Buffer, number>();
  for (const kernel of kernels)
    for (const buffer of kernelWrites(kernel)) writers.set(buffer, (writers.get(buffer) ?? 0) + 1);

  const blocks: Block[] = [];
  const block = (bytes: number, from: number, to: number): Block => {
    const made = { bytes: rounded(bytes), from, to };
    blocks.push(made);
    return made;
  };
  const inputBytes = inputsOf(graph, buffers).map(bytesOf);
  const inputs = inputBytes.map((bytes) => block(bytes, -1, never));
  const home = new Map<Buffer, Block>();
  const scratch = new Map<Kernel, Block>();
  const live = new Set<Buffer>();
  const kept = new Set(kernels.filter((kernel) => scratchBytes(kernel) > 0 && isKept(kernel)));
  let liveBytes = inputBytes.reduce((n, bytes) => n + bytes, 0);
  for (const kernel of kept) liveBytes += scratchBytes(kernel);
  let lowerBound = liveBytes;
  const forget = (buffer: Buffer): void => {
    if (live.delete(buffer)) liveBytes -= bytesOf(buffer);
  };

  for (const [i, kernel] of kernels.entries()) {
    const dying = new Set(kernelReads(kernel).filter((buffer) => live.has(buffer) && lastUse.get(buffer) === i));
    const inherits = (buffer: Buffer, old: Buffer): boolean =>
      bytesOf(old) === bytesOf(buffer) &&
      old.dtype === buffer.dtype &&
      writers.get(buffer) === 1 &&
      mayReplace(kernel, buffer, old);
    for (const buffer of kernelWrites(kernel)) {
      if (home.has(buffer) || inVariables.has(buffer)) continue;
      const last = lastUse.get(buffer)!; // The write itself is a use.
      const old = dying.size > 0 ? [...live].find((other) => dying.has(other) && inherits(buffer, other)) : undefined;
      const inherited = old && home.get(old);
      if (old && inherited) {
        dying.delete(old);
        forget(old);
        inherited.to = last;
        home.set(buffer, inherited);
      } else home.set(buffer, block(bytesOf(buffer), i, last));
      live.add(buffer);
      liveBytes += bytesOf(buffer);
    }
    const isOnce = kept.has(kernel);
    const own = isOnce ? 0 : scratchBytes(kernel);
    if (isOnce) scratch.set(kernel, block(scratchBytes(kernel), -1, never));
    else if (own > 0) scratch.set(kernel, block(own, i, i));
    lowerBound = Math.max(lowerBound, liveBytes + own);
    for (const buffer of [...kernelReads(kernel), ...kernelWrites(kernel)])
      if (lastUse.get(buffer) === i) forget(buffer);
  }

  const { starts, top } = placeBlocks(blocks);
  const starting = new Map(zip(blocks, starts));
  const startOf = (placed: Block): number => starting.get(placed)!;
  const offsets = <K>(of: ReadonlyMap<K, Block>): Map<K, number> =>
    new Map([...of].map(([key, placed]) => [key, startOf(placed)]));
  return {
    kernels,
    offsets: offsets(home),
    inputs: inputs.map(startOf),
    outputs,
    inVariables,
    copies,
    scratch: offsets(scratch),
    kept,
    arenaBytes: top,
    lowerBound,
  };
}

const inputsOf = (graph: Graph, buffers: KernelGraph["buffers"]): Buffer[] =>
  graph.inputs.map((node) => buffers.locate(node).buffer);

/** For each buffer the index of the last kernel that touches it; `kept` are needed after all kernels. */
function lastUses(kernels: readonly Kernel[], kept: readonly Buffer[]): Map<Buffer, number> {
  const last = new Map<Buffer, number>();
  for (const [i, kernel] of kernels.entries())
    for (const buffer of [...kernelReads(kernel), ...kernelWrites(kernel)]) last.set(buffer, i);
  for (const buffer of kept) last.set(buffer, never);
  return last;
}
