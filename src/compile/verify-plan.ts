// Checks a plan: every read comes after a write, and buffers that are live at the same time do not overlap.
import { dtypeInfo } from "../dtype.ts";
import { NablaError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import { sizeOf } from "../shape.ts";
import { zip } from "../zip.ts";
import { type Buffer, bytesOf } from "./expression.ts";
import { type Kernel, kernelReads, kernelWrites, type Plan } from "./kernel.ts";

/** A range of bytes in the arena, and the kernels between which it holds a buffer. */
interface Tenant {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly from: number;
  to: number;
}

/** Throws where a kernel reads a buffer before it is written, or two buffers that are live at once share a byte. */
export function verifyPlan(graph: Graph, plan: Plan, scratchBytes: (kernel: Kernel) => number): void {
  const fail = (what: string): never => {
    throw new NablaError(
      `the plan is not sound: ${what}. This is a bug in Nabla; please report it with the program that led here.`,
    );
  };
  const last = plan.kernels.length;
  const tenants = zip(graph.inputs, plan.inputs).map(([node, start], i): Tenant => {
    return { name: `in${i}`, start, end: start + sizeOf(node.shape) * dtypeInfo(node.dtype).bytes, from: -1, to: last };
  });
  const held = new Map<Buffer, Tenant>();
  plan.kernels.forEach((kernel, i) => {
    for (const buffer of kernelReads(kernel)) {
      if (buffer.place !== "temporary" || plan.inVariables.has(buffer)) continue;
      const tenant = held.get(buffer) ?? fail(`kernel ${i} reads ${buffer.name} before it is written`);
      tenant.to = i;
    }
    for (const buffer of kernelWrites(kernel)) {
      const start = plan.offsets.get(buffer);
      if (start === undefined) {
        if (!plan.inVariables.has(buffer)) fail(`${buffer.name} has no memory`);
      } else if (!held.has(buffer))
        held.set(buffer, { name: buffer.name, start, end: start + bytesOf(buffer), from: i, to: i });
    }
    const scratch = plan.scratch.get(kernel);
    if (scratch !== undefined)
      tenants.push({
        name: `scratch of kernel ${i}`,
        start: scratch,
        end: scratch + scratchBytes(kernel),
        from: plan.kept.has(kernel) ? -1 : i,
        to: plan.kept.has(kernel) ? last : i,
      });
  });
  for (const buffer of [...plan.outputs, ...plan.copies.map((c) => c.from)]) {
    const tenant = held.get(buffer);
    if (tenant) tenant.to = last;
  }
  tenants.push(...held.values());
  tenants.forEach((a, i) => {
    if (a.end > plan.arenaBytes) fail(`${a.name} ends at ${a.end}, past the arena's ${plan.arenaBytes} bytes`);
    for (const b of tenants.slice(i + 1)) {
      const together = a.from <= b.to && b.from <= a.to;
      // A result may replace an operand that is read for the last time.
      const inherits = a.start === b.start && a.end === b.end && (a.to === b.from || b.to === a.from);
      if (together && !inherits && a.start < b.end && b.start < a.end)
        fail(`${a.name} and ${b.name} share bytes while both are live`);
    }
  });
}
