// Writes runs of kernels in Chrome's trace event format, for chrome://tracing and Perfetto.
// See "Trace Event Format", Google, 2016. Complete events have ph X, with ts and dur in microseconds.
import type { KernelRun, ProgramDescription } from "../backends/backend.ts";
import { zip } from "../zip.ts";

/** The text of a trace file. */
export function chromeTrace(title: string, { kernels, work }: ProgramDescription, runs: readonly KernelRun[]): string {
  const thread = { pid: 1, tid: 1 };
  const named = (name: string, value: string) => ({ ph: "M", name, ...thread, args: { name: value } });
  const steps = [...new Set(runs.map(({ step }) => step))].map((step) => {
    const own = runs.filter((run) => run.step === step);
    const start = Math.min(...own.map((run) => run.start));
    const end = Math.max(...own.map((run) => run.start + run.duration));
    return {
      ph: "X",
      name: `step ${step}`,
      cat: "step",
      ...thread,
      ts: 1000 * start,
      dur: 1000 * (end - start),
      args: {},
    };
  });
  const described = zip(kernels, work);
  const events = runs.map(({ kernel, start, duration }) => {
    const [text = "", { flop = 0, bytes = 0 } = {}] = described[kernel] ?? [];
    const [head = "", ...body] = text.split("\n");
    const [name = "", scope] = head.split("  # ");
    return {
      ph: "X",
      name,
      cat: /: (\w+)/.exec(name)?.[1] ?? "kernel",
      ...thread,
      ts: 1000 * start,
      dur: 1000 * duration,
      args: { flop, bytes, ...(scope && { askedForBy: scope }), text: body.join("\n") },
    };
  });
  return JSON.stringify({
    displayTimeUnit: "ms",
    traceEvents: [
      named("process_name", `nabla: ${title}`),
      named("thread_name", "kernel by kernel"),
      ...steps,
      ...events,
    ],
  });
}
