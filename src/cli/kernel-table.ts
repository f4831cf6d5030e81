// Kernels at a glance: a line for each, made of the first line of its text.
import { table, thousands } from "./table.ts";
import type { Paint } from "./terminal.ts";

/** A line a kernel: number, kind, loops, what is folded, how many points that makes, and the layer that asked for it. */
export function kernelTable(kernels: readonly string[], paint: Paint): string {
  const rows = kernels.map((text) => {
    const [, number, kind, over, folded = "", scope = ""] = /^kernel (\d+): (\w+) over ([^,\n]*?)(?:, folding ([^#\n]*?))?(?: {2}# (.*))?(?:\n|$)/.exec(text) ?? [];
    const points = [...`${over} ${folded}`.matchAll(/<(\d+)/g)].reduce((product, [, n]) => product * Number(n), 1);
    return [number ?? "?", paint("cyan", kind ?? "?"), over ?? "", folded, thousands(points), paint("dim", scope)];
  });
  const head = ["#", "kind", "for each", "folding", "points", "asked for by"].map((name) => paint("dim", name));
  return table([head, ...rows], { right: [0, 4] });
}
