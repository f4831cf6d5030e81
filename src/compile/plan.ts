// Pass 7: every temporary's place in one arena. Memory whose last reader has run is used again.
import { dtypeInfo } from "../dtype.ts";
import type { Graph } from "../graph/graph.ts";
import { sizeOf } from "../shape.ts";
import type { Buffer } from "./expression.ts";
import type { Fused } from "./fuse.ts";
import { mayReplace } from "./in-place.ts";
import { type Kernel, kernelReads, kernelWrites } from "./kernel.ts";
import { bytesOf, type Schedule } from "./schedule.ts";

export interface Plan {
  readonly kernels: readonly Kernel[];
  /** Where each temporary begins in the arena, in bytes; those missing lie in variables. */
  readonly offsets: ReadonlyMap<Buffer, number>;
  /** Where each input begins in the arena. */
  readonly inputs: readonly number[];
  /** The buffer of each output. */
  readonly outputs: readonly Buffer[];
  readonly inVariables: ReadonlyMap<Buffer, number>;
  readonly copies: Schedule["copies"];
  /** Where each kernel's scratch memory begins. */
  readonly scratch: ReadonlyMap<Kernel, number>;
  readonly arenaBytes: number;
  /** The most bytes that are live at once: no plan for this order could do with less. */
  readonly lowerBound: number;
}

/** Cache lines do not straddle buffers; and a vector that reads past a buffer's end stays inside the arena. */
const alignment = 64;
const slack = 64;
const rounded = (bytes: number): number => Math.ceil((bytes + slack) / alignment) * alignment;

/** Free and used stretches of the arena. */
class Arena {
  readonly #used: { start: number; end: number }[] = [];
  top = 0;

  /** The smallest gap that holds `bytes`, or the end. */
  take(bytes: number): number {
    let best = -1;
    let bestGap = Infinity;
    let cursor = 0;
    for (const { start, end } of this.#used) {
      const gap = start - cursor;
      if (gap >= bytes && gap < bestGap) [best, bestGap] = [cursor, gap];
      cursor = end;
    }
    const start = best >= 0 ? best : cursor;
    this.#used.push({ start, end: start + bytes });
    this.#used.sort((a, b) => a.start - b.start);
    this.top = Math.max(this.top, start + bytes);
    return start;
  }

  free(start: number): void {
    this.#used.splice(this.#used.findIndex((block) => block.start === start), 1);
  }
}

/** Places all temporaries, inputs and scratch memory. `scratchBytes` says what a backend's kernel needs for itself. */
export function plan(fused: Fused, scheduled: Schedule, scratchBytes: (kernel: Kernel) => number): Plan {
  const { graph, buffers } = fused;
  const { kernels, inVariables, copies } = scheduled;
  const arena = new Arena();
  const inputs = graph.inputs.map((node) => arena.take(rounded(sizeOf(node.shape) * dtypeInfo(node.dtype).bytes)));
  const outputs = graph.outputs.map((node) => buffers.locate(node).buffer);

  const lastUse = new Map<Buffer, number>();
  kernels.forEach((kernel, i) => {
    for (const buffer of kernelReads(kernel)) lastUse.set(buffer, i);
    for (const buffer of kernelWrites(kernel)) lastUse.set(buffer, Math.max(i, lastUse.get(buffer) ?? 0));
  });
  for (const buffer of [...outputs, ...copies.map((c) => c.from)]) lastUse.set(buffer, Infinity);

  const offsets = new Map<Buffer, number>();
  const live = new Set<Buffer>();
  const scratch = new Map<Kernel, number>();
  const fixedBytes = inputsBytes(graph);
  let lowerBound = fixedBytes;
  kernels.forEach((kernel, i) => {
    const dying = [...live].filter((buffer) => lastUse.get(buffer) === i);
    for (const buffer of kernelWrites(kernel)) {
      if (offsets.has(buffer) || inVariables.has(buffer)) continue;
      const heir = dying.findIndex((old) => bytesOf(old) === bytesOf(buffer) && old.dtype === buffer.dtype && onlyWriter(kernels, kernel, buffer) && mayReplace(kernel, buffer, old));
      if (heir >= 0) {
        const [old] = dying.splice(heir, 1);
        offsets.set(buffer, offsets.get(old!)!);
        live.delete(old!);
      } else offsets.set(buffer, arena.take(rounded(bytesOf(buffer))));
      live.add(buffer);
    }
    const own = scratchBytes(kernel);
    if (own > 0) scratch.set(kernel, arena.take(rounded(own)));
    lowerBound = Math.max(lowerBound, fixedBytes + own + [...live].reduce((n, buffer) => n + bytesOf(buffer), 0));
    if (own > 0) arena.free(scratch.get(kernel)!);
    for (const buffer of [...live].filter((b) => lastUse.get(b) === i)) {
      arena.free(offsets.get(buffer)!);
      live.delete(buffer);
    }
  });
  return { kernels, offsets, inputs, outputs, inVariables, copies, scratch, arenaBytes: arena.top, lowerBound };
}

function inputsBytes(graph: Graph): number {
  return graph.inputs.reduce((n, node) => n + sizeOf(node.shape) * dtypeInfo(node.dtype).bytes, 0);
}

function onlyWriter(kernels: readonly Kernel[], kernel: Kernel, buffer: Buffer): boolean {
  return kernels.every((other) => other === kernel || !kernelWrites(other).includes(buffer));
}
