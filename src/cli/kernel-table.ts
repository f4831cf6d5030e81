// A table of kernels: the work of each and, if it was measured, its time and its share of the machine's limit.
import type { KernelRun, ProgramDescription } from "../backends/backend.ts";
import { formatBytes } from "../quantities.ts";
import { zip } from "../zip.ts";
import type { Limits } from "./limits.ts";
import { table } from "./table.ts";
import type { Paint } from "./terminal.ts";

/** The measurements of a kernel. */
export interface Measured {
  /** The median over the steps, in milliseconds. */
  readonly milliseconds: number;
  /** The least time that this machine's limits allow, as a share of the measured time. */
  readonly shareOfLimit: number;
}

/** A kernel that moves fewer bytes than this finds them in a cache, and the bandwidth of memory does not limit it. */
const cached = 2 ** 20;

/** The median run of each kernel, without the first steps, in which engines still compile. */
export function measuredKernels(
  { work }: ProgramDescription,
  runs: readonly KernelRun[],
  warmUp: number,
  limits: Limits,
): Measured[] {
  return work.map(({ flop, bytes }, kernel) => {
    const times = runs
      .filter((run) => run.kernel === kernel && run.step >= warmUp)
      .map(({ duration }) => duration)
      .sort((a, b) => a - b);
    const milliseconds = times[Math.floor(times.length / 2)] ?? 0;
    const least = 1000 * Math.max(flop / limits.flops, bytes > cached ? bytes / limits.bandwidth : 0);
    return { milliseconds, shareOfLimit: milliseconds > 0 ? least / milliseconds : 0 };
  });
}

/** One line for each kernel: number, kind, loops, work, time, share of the limit, and the layer that it belongs to. */
export function kernelTable(
  { kernels, work }: ProgramDescription,
  measured: readonly Measured[] | null,
  paint: Paint,
): string {
  const rows = zip(kernels, work).map(([text, { flop, bytes }], i) => {
    const [, number, kind, over, folded, scope = ""] =
      /^kernel (\d+): (\w+) over ([^,\n]*?)(?:, (?:folding|along) ([^#\n]*?))?(?: {2}# (.*))?(?:\n|$)/.exec(text) ?? [];
    const times = measured?.[i];
    return [
      number ?? "?",
      paint("cyan", kind ?? "?"),
      `${over ?? ""}${folded ? ` · ${folded}` : ""}`,
      scaled(flop, ""),
      formatBytes(bytes),
      ...(times
        ? [
            milliseconds(times.milliseconds),
            rate(flop, bytes, times.milliseconds),
            `${Math.round(100 * times.shareOfLimit)} %`,
          ]
        : []),
      paint("dim", scope),
    ];
  });
  const head = [
    "#",
    "kind",
    "loops",
    "FLOP",
    "bytes",
    ...(measured ? ["time", "rate", "of limit"] : []),
    "asked for by",
  ].map((name) => paint("dim", name));
  return table([head, ...rows], { right: measured ? [0, 3, 4, 5, 6, 7] : [0, 3, 4] });
}

/** 52300000 → `52.3 M` */
export function scaled(n: number, unit: string): string {
  const [by, prefix] = n >= 1e9 ? [1e9, "G"] : n >= 1e6 ? [1e6, "M"] : n >= 1e3 ? [1e3, "k"] : [1, ""];
  return `${Number((n / by).toPrecision(3))} ${prefix}${unit}`.trimEnd();
}

/** Formats a duration, in microseconds below a tenth of a millisecond. */
export function milliseconds(ms: number): string {
  return ms < 0.1 ? `${(1000 * ms).toFixed(1)} µs` : `${ms.toFixed(2)} ms`;
}

/** The rate of arithmetic, or that of memory if there is hardly any arithmetic. */
function rate(flop: number, bytes: number, ms: number): string {
  if (ms === 0) return "";
  return flop >= bytes / 8 ? scaled((1000 * flop) / ms, "FLOP/s") : scaled((1000 * bytes) / ms, "B/s");
}
