// Prints kernels and plans as text, for people and for snapshots.
import type { Graph } from "../graph/graph.ts";
import { formatShape } from "../shape.ts";
import type { Affine } from "../view.ts";
import { bytesOf, type Expression } from "./expression.ts";
import type { Kernel, Loop, Plan } from "./kernel.ts";

const axisNames = "ijklmnopqrstuvw";

/** A kernel as loops over named counters, with its stores written as assignments. */
export function printKernel(kernel: Kernel, number: number): string {
  if (kernel.loop) return printLoop(kernel, kernel.loop, number);
  const axes = kernel.extents.map((n, i) => `${axisNames[i] ?? `x${i}`}<${n}`);
  const head = `kernel ${number}: ${kernel.kind} over ${axes.slice(0, kernel.parallel).join(" ") || "one point"}`;
  const folded =
    kernel.parallel < kernel.extents.length
      ? `, ${kernel.routine ? "along" : "folding"} ${axes.slice(kernel.parallel).join(" ")}`
      : "";
  const lines = [`${head}${folded}${kernel.scope ? `  # ${kernel.scope}` : ""}`];
  kernel.reductions.forEach((r, i) => lines.push(`  r${i} = ${r.combine} of ${printExpression(r.value)}`));
  const routine = kernel.routine ? `${kernel.routine.name}${kernel.routine.descending ? " descending" : ""} of ` : "";
  for (const s of kernel.stores)
    lines.push(
      `  ${s.buffer.name}[${printIndex(s.at)}] ${s.accumulate ? "+=" : "="} ${routine}${printExpression(s.value)}`,
    );
  return lines.join("\n");
}

/** A loop with the kernels of a step, and which buffers outside of it the variables of a step are. */
function printLoop({ scope }: Kernel, loop: Loop, number: number): string {
  const { plan, graph } = loop.step;
  const direction = loop.reverse ? " from the last to the first" : "";
  const lines = [`kernel ${number}: loop over t<${loop.length}${direction}${scope ? `  # ${scope}` : ""}`];
  const names = graph.variables.map((variable) => variable.name);
  const outer = [
    ...loop.carries.map(({ init, result }) => `${result.name}, at first ${init.name}`),
    ...loop.slices.map(({ name }) => `${name}[t]`),
    ...loop.constants.map(({ name }) => name),
    ...loop.stacked.map(({ name }) => `${name}[t]`),
  ];
  outer.forEach((what, i) => lines.push(`  ${names[i]} is ${what}`));
  plan.kernels.forEach((kernel, i) => lines.push(printKernel(kernel, i).replace(/^/gm, "  ")));
  for (const [buffer, variable] of plan.inVariables) lines.push(`  ${buffer.name} in ${names[variable]}`);
  for (const { from, variable } of plan.copies) lines.push(`  at the end of a step ${names[variable]} := ${from.name}`);
  return lines.join("\n");
}

/** An expression as a formula. Where it grows beyond `room` characters, inner parts are left out. */
export function printExpression(e: Expression, room = 400): string {
  if (room < 0) return "…";
  switch (e.kind) {
    case "constant":
      return `${e.value}`;
    case "load":
      return `${e.buffer.name}[${printIndex(e.at)}]`;
    case "index":
      return `(${printIndex(e.at)})`;
    case "reduced":
      return `r${e.id}`;
    case "cast":
      return `${e.dtype}(${printExpression(e.operand, room - 10)})`;
    case "scalar": {
      const share = Math.floor(room / e.operands.length) - 8;
      return `${e.op}(${e.operands.map((x) => printExpression(x, share)).join(", ")})`;
    }
  }
}

function printIndex(a: Affine): string {
  const parts = a.coefficients.flatMap((c, i) =>
    c === 0 ? [] : [c === 1 ? (axisNames[i] ?? `x${i}`) : `${c}${axisNames[i] ?? `x${i}`}`],
  );
  for (const t of a.terms)
    parts.push(`${t.scale === 1 ? "" : `${t.scale}·`}${printExpression(t.value as Expression, 80)}`);
  if (a.offset !== 0 || parts.length === 0) parts.push(`${a.offset}`);
  return parts.join(" + ");
}

/** The memory of each buffer. */
export function printPlan(graph: Graph, plan: Plan): string {
  const lines = [`arena ${plan.arenaBytes} bytes (live at once: ${plan.lowerBound})`];
  graph.inputs.forEach((node, i) =>
    lines.push(`  in${i} at ${plan.inputs[i]}: ${node.dtype}${formatShape(node.shape)}`),
  );
  for (const [buffer, offset] of plan.offsets)
    lines.push(`  ${buffer.name} at ${offset}: ${buffer.dtype}, ${bytesOf(buffer)} bytes`);
  for (const [buffer, variable] of plan.inVariables)
    lines.push(`  ${buffer.name} in ${graph.variables[variable]!.name}`);
  for (const [kernel, offset] of plan.scratch)
    lines.push(`  scratch of kernel ${plan.kernels.indexOf(kernel)} at ${offset}`);
  for (const { from, variable } of plan.copies)
    lines.push(`  at the end ${graph.variables[variable]!.name} := ${from.name}`);
  return lines.join("\n");
}
