// Pass 7: every temporary's place in one arena. Memory whose last reader has run is used again.
import { dtypeInfo } from "../dtype.ts";
import type { Graph } from "../graph/graph.ts";
import { sizeOf } from "../shape.ts";
import type { Buffer } from "./expression.ts";
import type { Fused } from "./fuse.ts";
import { mayReplace } from "./in-place.ts";
import { type Kernel, kernelReads, kernelWrites } from "./kernel.ts";
import { placeBlocks } from "./place.ts";
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

/** Places all temporaries, inputs and scratch memory. `scratchBytes` says what a backend's kernel needs for itself. */
export function plan(fused: Fused, scheduled: Schedule, scratchBytes: (kernel: Kernel) => number): Plan {
  const { graph, buffers } = fused;
  const { kernels, inVariables, copies } = scheduled;
  const blocks: { bytes: number; from: number; to: number }[] = [];
  const block = (bytes: number, from: number, to: number): number =>
    blocks.push({ bytes: rounded(bytes), from, to }) - 1;
  const inputs = graph.inputs.map((node) => block(sizeOf(node.shape) * dtypeInfo(node.dtype).bytes, -1, Infinity));
  const outputs = graph.outputs.map((node) => buffers.locate(node).buffer);

  const lastUse = new Map<Buffer, number>();
  kernels.forEach((kernel, i) => {
    for (const buffer of kernelReads(kernel)) lastUse.set(buffer, i);
    for (const buffer of kernelWrites(kernel)) lastUse.set(buffer, Math.max(i, lastUse.get(buffer) ?? 0));
  });
  for (const buffer of [...outputs, ...copies.map((c) => c.from)]) lastUse.set(buffer, Infinity);

  /** Which block holds a buffer, or a kernel's scratch memory. */
  const home = new Map<Buffer, number>();
  const scratch = new Map<Kernel, number>();
  const live = new Set<Buffer>();
  const fixedBytes = inputsBytes(graph);
  let lowerBound = fixedBytes;
  kernels.forEach((kernel, i) => {
    const dying = [...live].filter((buffer) => lastUse.get(buffer) === i);
    for (const buffer of kernelWrites(kernel)) {
      if (home.has(buffer) || inVariables.has(buffer)) continue;
      const heir = dying.findIndex(
        (old) =>
          bytesOf(old) === bytesOf(buffer) &&
          old.dtype === buffer.dtype &&
          onlyWriter(kernels, kernel, buffer) &&
          mayReplace(kernel, buffer, old),
      );
      if (heir >= 0) {
        const [old] = dying.splice(heir, 1);
        const inherited = home.get(old!)!;
        home.set(buffer, inherited);
        blocks[inherited]!.to = lastUse.get(buffer)!;
        live.delete(old!);
      } else home.set(buffer, block(bytesOf(buffer), i, lastUse.get(buffer)!));
      live.add(buffer);
    }
    const own = scratchBytes(kernel);
    if (own > 0) scratch.set(kernel, block(own, i, i));
    lowerBound = Math.max(lowerBound, fixedBytes + own + [...live].reduce((n, buffer) => n + bytesOf(buffer), 0));
    for (const buffer of [...live]) if (lastUse.get(buffer) === i) live.delete(buffer);
  });
  const { starts, top } = placeBlocks(blocks);
  const placed = <K>(of: ReadonlyMap<K, number>): Map<K, number> =>
    new Map([...of].map(([key, at]) => [key, starts[at]!]));
  return {
    kernels,
    offsets: placed(home),
    inputs: inputs.map((at) => starts[at]!),
    outputs,
    inVariables,
    copies,
    scratch: placed(scratch),
    arenaBytes: top,
    lowerBound,
  };
}

function inputsBytes(graph: Graph): number {
  return graph.inputs.reduce((n, node) => n + sizeOf(node.shape) * dtypeInfo(node.dtype).bytes, 0);
}

function onlyWriter(kernels: readonly Kernel[], kernel: Kernel, buffer: Buffer): boolean {
  return kernels.every((other) => other === kernel || !kernelWrites(other).includes(buffer));
}
