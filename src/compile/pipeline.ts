// The passes, in order. Order is important.
import { debugPrint, verifies } from "../debug.ts";
import type { Graph } from "../graph/graph.ts";
import { printGraph } from "../graph/print.ts";
import { verifyGraph } from "../graph/verify.ts";
import type { Body, LoopAttrs } from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { fuse } from "./fuse.ts";
import type { Kernel } from "./kernel.ts";
import { stepGraph, tidyLoops } from "./loops.ts";
import { type Plan, plan } from "./plan.ts";
import { schedule } from "./schedule.ts";
import { simplify } from "./simplify.ts";
import { verifyPlan } from "./verify-plan.ts";

export interface Compiled {
  readonly graph: Graph;
  readonly plan: Plan;
}

/** From a graph to kernels with their memory: what every printer starts from. */
export function lowerGraph(graph: Graph, ownScratchBytes: (kernel: Kernel) => number): Compiled {
  verify(graph, "tracing");
  const simplified = simplify(graph);
  verify(simplified, "simplify");
  const tidy = tidyLoops(simplified);
  verify(tidy, "tidying loops");
  const steps = new Map<Body, Compiled>();
  const stepOf = (loop: Node): Compiled => {
    const { body } = loop.attrs as LoopAttrs;
    if (!steps.has(body)) steps.set(body, lowerGraph(stepGraph(loop), ownScratchBytes));
    return steps.get(body)!;
  };
  const fused = fuse(tidy, stepOf);
  verify(fused.graph, "fuse");
  // What the kernels of a loop keep between each other is the loop's own.
  const scratchBytes = (kernel: Kernel): number => kernel.loop?.step.plan.arenaBytes ?? ownScratchBytes(kernel);
  const scheduled = schedule(fused);
  const planned = plan(fused, scheduled, scratchBytes);
  if (verifies()) verifyPlan(fused.graph, planned, scratchBytes);
  return { graph: fused.graph, plan: planned };
}

function verify(graph: Graph, after: string): void {
  if (!verifies()) return;
  verifyGraph(graph, after);
  debugPrint(4, () => `— graph after ${after}\n${printGraph(graph)}`);
}
