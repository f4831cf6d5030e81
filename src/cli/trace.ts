// Runs of kernels in Chrome's trace event format, for chrome://tracing and Perfetto.
// The format: "Trace Event Format", Google, 2016. Complete events have ph X, with ts and dur in microseconds.
import type { KernelRun, ProgramDescription } from "../backends/backend.ts";

/** The file's text. */
export function chromeTrace(title: string, { kernels, work }: ProgramDescription, runs: readonly KernelRun[]): string {
  const place = { pid: 1, tid: 1 };
  const named = (name: string, value: string) => ({ ph: "M", name, ...place, args: { name: value } });
  const steps = [...new Set(runs.map(({ step }) => step))].map((step) => {
    const own = runs.filter((run) => run.step === step);
    const last = own[own.length - 1]!;
    return {
      ph: "X",
      name: `step ${step}`,
      cat: "step",
      ...place,
      ts: 1000 * own[0]!.start,
      dur: 1000 * (last.start + last.duration - own[0]!.start),
      args: {},
    };
  });
  const events = runs.map(({ kernel, start, duration }) => {
    const [head, ...body] = kernels[kernel]!.split("\n");
    const [, name, scope] = /^(.*?)(?: {2}# (.*))?$/.exec(head!)!;
    const { flop, bytes } = work[kernel]!;
    return {
      ph: "X",
      name,
      cat: /: (\w+)/.exec(name!)?.[1] ?? "kernel",
      ...place,
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
