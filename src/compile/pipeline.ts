// The passes, in order. Order is important.
import { debugLevel, debugPrint } from "../debug.ts";
import type { Graph } from "../graph/graph.ts";
import { printGraph } from "../graph/print.ts";
import { verifyGraph } from "../graph/verify.ts";
import { fuse } from "./fuse.ts";
import type { Kernel } from "./kernel.ts";
import { type Plan, plan } from "./plan.ts";
import { schedule } from "./schedule.ts";
import { simplify } from "./simplify.ts";

export interface Compiled {
  readonly graph: Graph;
  readonly plan: Plan;
}

/** From a graph to kernels with their memory: what every printer starts from. */
export function lowerGraph(graph: Graph, scratchBytes: (kernel: Kernel) => number): Compiled {
  verify(graph, "tracing");
  const simplified = simplify(graph);
  verify(simplified, "simplify");
  const fused = fuse(simplified);
  verify(fused.graph, "fuse");
  const scheduled = schedule(fused);
  return { graph: fused.graph, plan: plan(fused, scheduled, scratchBytes) };
}

function verify(graph: Graph, after: string): void {
  if (debugLevel() < 4) return;
  verifyGraph(graph, after);
  debugPrint(4, () => `— graph after ${after}\n${printGraph(graph)}`);
}
