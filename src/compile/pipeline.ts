// The passes, in order. The order is important.
import { debugPrint, verifies } from "../debug.ts";
import type { Graph } from "../graph/graph.ts";
import type { Body, LoopAttrs } from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import type { Buffer } from "./expression.ts";
import { fuse } from "./fuse.ts";
import type { Kernel, LoweredGraph } from "./kernel.ts";
import { type KernelGraph, kernelGraph } from "./kernel-graph.ts";
import type { Inspection } from "./load-inspection.ts";
import { stepGraph, tidyLoops } from "./loops.ts";
import { mergeAxes } from "./merge-axes.ts";
import { plan } from "./plan.ts";
import { prepareResults } from "./results.ts";
import { chooseRoots, type Lessons, weighRoots } from "./roots.ts";
import { schedule } from "./schedule.ts";
import { simplify } from "./simplify.ts";

/** The scratch memory that the kernels of a backend need. */
interface Scratch {
  readonly bytes: (kernel: Kernel) => number;
  readonly sources: (kernel: Kernel) => readonly Buffer[] | null;
}

/**
 * Lowers a graph to kernels with their memory: what every printer starts from. Checks each pass with an `inspection`.
 *
 * @param bytes the scratch memory that a kernel needs
 * @param sources the buffers from which a kernel's scratch memory is filled by a piece of its own, before the other
 *   pieces; null if it is not filled so
 */
export function lowerGraph(
  traced: Graph,
  bytes: Scratch["bytes"],
  inspection?: Inspection,
  sources: Scratch["sources"] = () => null,
): LoweredGraph {
  return lowerWithin(null, traced, { bytes, sources }, inspection);
}

/** Lowers a graph, or the step of a loop. */
function lowerWithin(body: Body | null, traced: Graph, own: Scratch, inspection?: Inspection): LoweredGraph {
  const verified = (after: string, graph: Graph): Graph => {
    if (inspection && verifies()) {
      inspection.verifyGraph(graph, after);
      debugPrint(4, () => `— graph after ${after}\n${inspection.printGraph(graph)}`);
    }
    return graph;
  };
  const graph = verified("tracing", traced);
  const simple = verified("simplify", simplify(graph)); // 1
  const tidy = verified("tidyLoops", tidyLoops(simple)); // 2
  const fused = fuseRoots(tidy, stepsOf(own, inspection)); // 3, 4, 5
  verified("fuse", fused.graph);
  const merged = { ...fused, kernels: fused.kernels.map(mergeAxes) }; // 6
  const scheduled = schedule(merged); // 7
  // Temporaries of a loop's step lie in the loop's scratch memory.
  const scratchBytes = (kernel: Kernel): number => kernel.loop?.step.plan.arenaBytes ?? own.bytes(kernel);
  // What is made of the loop's constants alone is the same at every step.
  const isKept = (kernel: Kernel): boolean =>
    body !== null && (own.sources(kernel)?.every((buffer) => isConstantOf(body, buffer)) ?? false);
  const planned = plan(merged, scheduled, scratchBytes, isKept); // 8
  if (verifies()) inspection?.verifyPlan(merged.graph, planned, scratchBytes);
  return { graph: merged.graph, plan: planned };
}

/** True if a buffer of a loop's step is a constant of the loop: neither a carry nor a slice nor a stacked result. */
function isConstantOf({ carries, slices, constants }: Body, { place, index }: Buffer): boolean {
  const first = carries.length + slices.length;
  return place === "variable" && index >= first && index < first + constants.length;
}

/** Passes 3 to 5. An attempt at fusing may show that other roots are better; then they are chosen anew. */
function fuseRoots(graph: Graph, stepOf: (loop: Node) => LoweredGraph): KernelGraph {
  const choice = weighRoots(prepareResults(graph)); // 3
  let lessons: Lessons = { forced: new Set(), inlined: new Set() };
  for (;;) {
    const attempt = fuse(chooseRoots(choice, lessons), lessons); // 4, 5
    if ("grouping" in attempt) return kernelGraph(attempt.grouping, stepOf);
    lessons = attempt.lessons;
  }
}

/** Lowers the bodies of loops, each once. */
function stepsOf(own: Scratch, inspection: Inspection | undefined): (loop: Node) => LoweredGraph {
  const steps = new Map<Body, LoweredGraph>();
  return (loop) => {
    const { body } = loop.attrs as LoopAttrs;
    let step = steps.get(body);
    if (!step) steps.set(body, (step = lowerWithin(body, stepGraph(loop), own, inspection)));
    return step;
  };
}
