// `compile`: a function traced once for each combination of shapes, and from then on only run.
import type { KernelRun, Program } from "./backends/backend.ts";
import type { TypedArray } from "./dtype.ts";
import { ArgumentError } from "./errors.ts";
import { closeGraph } from "./graph/graph.ts";
import { topologicalOrder } from "./graph/order.ts";
import { replaceNodes } from "./graph/replace.ts";
import * as ops from "./ops/index.ts";
import type { Node } from "./ops/op.ts";
import { Cell, type Trace, tracing } from "./runtime/cell.ts";
import { backend, enqueue } from "./runtime/device.ts";
import { evaluate, flush, storagesOf } from "./runtime/evaluate.ts";
import { asTensor, Tensor, type TensorLike } from "./tensor.ts";

/** What a compiled function may give back: tensors, alone or nested in arrays and objects, or nothing. */
export type Result = Tensor | void | readonly Result[] | { readonly [key: string]: Result };

/** A compiled function. */
export interface Compiled<Args extends TensorLike[], R extends Result> {
  (...args: Args): Promise<R>;
  /** Runs `steps` times in a row with the same arguments, without coming back in between; gives the last results. */
  repeat(steps: number, ...args: Args): Promise<R>;
  /** Runs `steps` times like {@link repeat}, kernel by kernel on one thread, and tells how long each took. */
  profile(steps: number, ...args: Args): Promise<KernelRun[]>;
  /** The program for arguments of these shapes, for looking at. */
  program(...args: Args): Promise<Program>;
}

interface Traced {
  readonly program: Promise<Program>;
  readonly variables: readonly Cell[];
  readonly assigned: readonly Cell[];
  readonly result: Result;
  readonly outputs: readonly Node[];
}

/**
 * Traces `fn` once for each combination of argument shapes and dtypes, and runs the compiled program from then on.
 * Variables may be read and assigned inside; anything else with an effect happens at the trace only.
 *
 * @example
 * const w = variable(0);
 * const step = compile((x: Tensor) => {
 *   const loss = w.value.sub(x).square().sum();
 *   const [dw] = gradients(loss, [w]);
 *   w.assign(w.value.sub(dw.mul(0.1)));
 *   return loss;
 * });
 * await step.repeat(100, tensor(3)); // w is now close to 3
 */
export function compile<Args extends TensorLike[], R extends Result>(
  fn: (...args: { [K in keyof Args]: Tensor }) => R,
): Compiled<Args, R> {
  const traces = new Map<string, Traced>();

  const traceFor = (args: readonly Tensor[]): Traced => {
    const key = `${backend().name} ${args.map((x) => `${x.dtype}[${x.shape}]`).join(" ")}`;
    let traced = traces.get(key);
    if (!traced) traces.set(key, (traced = trace(fn as unknown as (...xs: Tensor[]) => Result, args)));
    return traced;
  };

  const call = async (steps: number, given: Args): Promise<R> => {
    const [traced, results] = await runTraced(steps, given, (program, ...rest) => program.run(...rest));
    return fill(traced.result, traced.outputs, results) as R;
  };

  /** Queues a run of the program behind all that was asked for before. */
  const runTraced = async <T>(
    steps: number,
    given: Args,
    run: (program: Program, ...rest: Parameters<Program["run"]>) => Promise<T>,
  ): Promise<[Traced, T]> => {
    if (!Number.isInteger(steps) || steps < 1)
      throw new ArgumentError(`repeat: wants a whole number of steps from 1 up, but came ${steps}.`);
    const args = given.map((x) => asTensor(x));
    const traced = traceFor(args);
    void flush();
    const stored = traced.variables.map((cell) => cell.stored);
    const overwrites = traced.assigned.map((cell) => cell.beginOverwrite());
    const inputs = evaluate(args.map((x) => x.node));
    const results = await enqueue(async () => {
      const [program, data] = await Promise.all([traced.program, inputs, ...stored]);
      for (const { settleReads } of overwrites) await settleReads();
      return run(program, data, storagesOf(traced.variables), steps);
    });
    return [traced, results];
  };

  return Object.assign((...args: Args) => call(1, args), {
    repeat: (steps: number, ...args: Args) => call(steps, args),
    profile: async (steps: number, ...args: Args) =>
      (await runTraced(steps, args, (program, ...rest) => program.profile(...rest)))[1],
    program: (...args: Args) => traceFor(args.map((x) => asTensor(x))).program,
  });
}

function trace(fn: (...args: Tensor[]) => Result, args: readonly Tensor[]): Traced {
  const parameters = args.map((x, i) => ops.placeholder(i, x.shape, x.dtype));
  const into: Trace = {
    reads: new Map(),
    assigned: new Map(),
    firstId: parameters[0]?.id ?? ops.full([], 0, "float32").id,
  };
  const result = tracing(into, () => fn(...parameters.map((node) => new Tensor(node))));
  if (result instanceof Promise) {
    result.catch(() => undefined);
    throw new ArgumentError(
      "compile: the function must not be async: it is traced, and its tensors have no numbers yet.",
    );
  }
  const outputs: Node[] = [];
  collect(result, outputs);
  const assignments = [...into.assigned].map(([variable, value]) => ({ variable, value }));

  // What was made before the trace, or is numbers already, is a constant of the program: computed once, and kept where
  // the program can reach it.
  const before = (node: Node): boolean => node.id < into.firstId || node.value !== undefined;
  const outside = topologicalOrder([...outputs, ...assignments.map((a) => a.value)], before).filter(before);
  const constants = new Map(
    outside.filter((node) => node.op.kind !== "generate").map((node) => [node, new Cell(node, "constant")]),
  );
  const replaced = replaceNodes([...outputs, ...assignments.map((a) => a.value)], (node) => {
    const cell = constants.get(node);
    return cell ? ops.read(cell) : null;
  });
  const graph = closeGraph(
    replaced.slice(0, outputs.length),
    assignments.map(({ variable }, i) => ({ variable, value: replaced[outputs.length + i]! })),
    parameters,
  );
  const program = backend().compile(graph);
  program.catch(() => undefined);
  return { program, variables: graph.variables as Cell[], assigned: [...into.assigned.keys()], result, outputs };
}

function collect(result: Result, into: Node[]): void {
  if (result instanceof Tensor) into.push(result.node);
  else if (result !== null && typeof result === "object") for (const part of Object.values(result)) collect(part, into);
  else if (result !== undefined)
    throw new ArgumentError(
      `compile: the function may give back tensors, alone or in arrays and objects, but gave ${typeof result}.`,
    );
}

/** Puts numbers in the places of the traced tensors. */
function fill(result: Result, outputs: readonly Node[], numbers: readonly TypedArray[]): Result {
  if (result instanceof Tensor) {
    const { shape, dtype } = result;
    return new Tensor(ops.data(numbers[outputs.indexOf(result.node)]!, shape, dtype));
  }
  if (Array.isArray(result)) return result.map((part) => fill(part as Result, outputs, numbers));
  if (result !== null && typeof result === "object") {
    return Object.fromEntries(Object.entries(result).map(([key, part]) => [key, fill(part, outputs, numbers)]));
  }
  return undefined;
}
