// `compile`: traces a function once for each combination of shapes, and then runs the compiled program.
import {
  type Backend,
  InterruptedRun,
  type KernelRun,
  type Program,
  type ReadableProgram,
} from "./backends/backend.ts";
import type { TypedArray } from "./dtype.ts";
import { ArgumentError, NablaError } from "./errors.ts";
import { closeGraph, graphNodes } from "./graph/graph.ts";
import { topologicalOrder } from "./graph/order.ts";
import { replaceNodes } from "./graph/replace.ts";
import * as ops from "./ops/index.ts";
import { isRead, type Node } from "./ops/op.ts";
import { checkFunction, checkNotAsync, describe } from "./options.ts";
import { Cell } from "./runtime/cell.ts";
import { backendName, enqueue, startBackend } from "./runtime/device.ts";
import { evaluate, flush, numbersIn, storagesIn } from "./runtime/evaluate.ts";
import { type UsedProgram, useProgram } from "./runtime/programs.ts";
import { isInlining, type Trace, tracing } from "./runtime/trace.ts";
import { mostSteps } from "./shape.ts";
import { asTensor, Tensor, type TensorLike } from "./tensor.ts";
import { zip } from "./zip.ts";

/** The result of a compiled function: tensors, alone or nested in arrays and objects, or nothing. */
export type Result = Tensor | void | readonly Result[] | { readonly [key: string]: Result };

/**
 * A compiled function. Called inside another function that is traced (under `compile`, `grad`, `vmap`, `scan` …), it
 * becomes part of that one: it returns its result at once, not a promise. TypeScript cannot see that;
 * {@link Compiled.inline} is the same call with the type that it has there.
 */
export interface Compiled<Args extends TensorLike[], R extends Result> {
  (...args: Args): Promise<R>;
  /**
   * The function itself, not compiled, for use inside another one.
   *
   * @example
   * const half = compile((x: Tensor) => x.mul(0.5));
   * const f = compile((x: Tensor) => half.inline(x).add(1));
   * await (await f([2])).array(); // [2]
   */
  inline(...args: Args): R;
  /** Runs `steps` times in one call with the same arguments, and returns the last results. */
  repeat(steps: number, ...args: Args): Promise<R>;
  /** Runs `steps` times like {@link repeat}, kernel by kernel on one thread, and returns the time of each. */
  profile(steps: number, ...args: Args): Promise<KernelRun[]>;
  /** The program for arguments of these shapes, for inspection. */
  program(...args: Args): Promise<ReadableProgram>;
}

interface Traced {
  readonly owner: Backend | Promise<Backend>;
  readonly used: Promise<UsedProgram>;
  readonly variables: readonly Cell[];
  /** The variables whose value the program reads. */
  readonly read: readonly Cell[];
  readonly assigned: readonly Cell[];
  readonly constants: readonly Cell[];
  readonly fill: Fill;
}

/** Rebuilds a result with numbers instead of the traced tensors. */
type Fill = (numbers: readonly TypedArray[]) => Result;

/** The greatest number of traces kept for one function. The least recently used one is evicted. */
const mostTraces = 128;

/**
 * Traces `fn` once for each combination of argument shapes and dtypes, and runs the compiled program from then on.
 * Variables may be read and assigned inside; any other side effect happens only during the trace. A compiled function
 * may be called inside: it is traced into this one.
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
export function compile<Placeholders extends Tensor[], R extends Result>(
  fn: (...args: Placeholders) => R,
): Compiled<{ [K in keyof Placeholders]: TensorLike }, R> {
  type Args = readonly TensorLike[];
  checkFunction("compile", fn);
  const plain = fn as unknown as (...xs: readonly Tensor[]) => R;
  const inline = (...args: Args): R => plain(...args.map((x) => asTensor(x)));
  const traces = new Map<string, Traced>();

  const traceFor = (args: readonly Tensor[]): Traced => {
    const owner = startBackend();
    const key = `${backendName()} ${args.map((x) => `${x.dtype}[${x.shape}]`).join(" ")}`;
    const known = traces.get(key);
    const traced = known ?? trace(plain, args, owner);
    if (known) traces.delete(key);
    else {
      traced.used.catch(() => {
        if (traces.get(key) === traced) traces.delete(key);
        release(traced);
      });
    }
    traces.set(key, traced);
    if (traces.size > mostTraces) {
      const [oldest, evicted] = traces.entries().next().value!;
      traces.delete(oldest);
      release(evicted);
    }
    return traced;
  };

  const call = async (steps: number, given: Args): Promise<R> => {
    const [traced, results] = await runTraced("repeat", steps, given, (program, ...rest) => program.run(...rest));
    return traced.fill(results) as R;
  };

  /** Queues a run of the program after all earlier work. */
  const runTraced = async <T>(
    where: string,
    steps: number,
    given: Args,
    run: (program: Program, ...rest: Parameters<Program["run"]>) => Promise<T>,
  ): Promise<[Traced, T]> => {
    if (!Number.isInteger(steps) || steps < 1 || steps > mostSteps)
      throw new ArgumentError(
        `${where}: expected an integer number of steps from 1 to ${mostSteps}, got ${describe(steps)}; ` +
          "call it again for more.",
      );
    const args = given.map((x) => asTensor(x));
    const traced = traceFor(args);
    for (const cell of traced.read) cell.retry();
    void flush();
    const inputs = evaluate(args.map((x) => x.node));
    inputs.catch(() => undefined);
    const overwrites = traced.assigned.map((cell) => cell.beginOverwrite());
    const results = await enqueue(async () => {
      const [{ program }] = await Promise.all([traced.used, inputs]);
      for (const cell of traced.read) cell.checkCurrent();
      const storages = await storagesIn(await traced.owner, traced.variables);
      for (const copyToReads of overwrites) await copyToReads();
      const numbers = args.map(({ node }) => numbersIn(node));
      try {
        const results = await run(program, numbers, storages, steps);
        for (const cell of traced.assigned) cell.wrote();
        return results;
      } catch (error) {
        if (error instanceof InterruptedRun) for (const cell of traced.assigned) cell.lose(error);
        throw error;
      }
    });
    return [traced, results];
  };

  const outside = <T>(name: string, body: () => Promise<T>): Promise<T> => {
    if (!isInlining()) return body();
    throw new NablaError(
      `${name}: a compiled function inside another one becomes part of it; call it itself, or in a scan.`,
    );
  };

  return Object.assign((...args: Args) => (isInlining() ? (inline(...args) as unknown as Promise<R>) : call(1, args)), {
    inline,
    repeat: (steps: number, ...args: Args) => outside("repeat", () => call(steps, args)),
    profile: (steps: number, ...args: Args) =>
      outside("profile", async () => {
        const [, runs] = await runTraced("profile", steps, args, (program, ...rest) => program.profile(...rest));
        return runs;
      }),
    program: (...args: Args) =>
      outside("program", async () => {
        const { program } = await traceFor(args.map((x) => asTensor(x))).used;
        return { describe: () => program.describe() };
      }),
  });
}

const letGo = (used: Traced["used"]): Promise<void> =>
  used.then(
    ({ release }) => release(),
    () => undefined,
  );

/** Lets the programs go of traces that were dropped with their functions. */
const dropped = new FinalizationRegistry<Traced["used"]>(letGo);

/** Frees the backend memory of a trace once the queued runs are over. */
function release(traced: Traced): void {
  dropped.unregister(traced);
  void enqueue(async () => {
    for (const cell of traced.constants) cell.discard();
    await letGo(traced.used);
  });
}

function trace(fn: (...args: readonly Tensor[]) => Result, args: readonly Tensor[], owner: Traced["owner"]): Traced {
  const placeholders = args.map((x, i) => ops.placeholder(i, x.shape, x.dtype));
  const into: Trace = {
    reads: new Map(),
    assigned: new Map(),
    firstId: placeholders[0]?.id ?? ops.full([], 0, "float32").id,
  };
  const result = tracing(into, () => fn(...placeholders.map((node) => new Tensor(node))));
  checkNotAsync("compile", result);
  const outputs: Node[] = [];
  const fill = collect(result, outputs);
  const assignments = [...into.assigned].map(([variable, value]) => ({ variable, value }));

  // Nodes from before the trace, or with numbers, are constants of the program: they are computed once, and stored in
  // cells that the program reads.
  const before = (node: Node): boolean => node.id < into.firstId || node.value !== undefined;
  const outside = topologicalOrder([...outputs, ...assignments.map((a) => a.value)], before).filter(before);
  const given = outside.filter((node) => node.op.kind !== "generate");
  const constants = new Map(given.map((node) => [node, new Cell(node, "constant")]));
  const replaced = replaceNodes([...outputs, ...assignments.map((a) => a.value)], (node) => {
    const cell = constants.get(node);
    return cell ? ops.read(cell) : null;
  });
  const graph = closeGraph(
    replaced.slice(0, outputs.length),
    zip(assignments, replaced.slice(outputs.length)).map(([{ variable }, value]) => ({ variable, value })),
    placeholders,
  );
  const read = new Set(graphNodes(graph).map((node) => (isRead(node) ? node.attrs.variable : null)));
  const used = useProgram(owner, graph);
  used.catch(() => undefined);
  const variables = graph.variables as Cell[];
  const traced: Traced = {
    owner,
    used,
    variables,
    read: variables.filter((cell) => read.has(cell)),
    assigned: [...into.assigned.keys()] as Cell[],
    constants: [...constants.values()],
    fill,
  };
  dropped.register(traced, used, traced);
  return traced;
}

/** Collects the tensors of a result. */
function collect(result: Result, into: Node[]): Fill {
  if (result instanceof Tensor) {
    const { shape, dtype } = result;
    const index = into.push(result.node) - 1;
    return (numbers) => new Tensor(ops.data(numbers[index]!, shape, dtype));
  }
  if (Array.isArray(result)) {
    const parts = result.map((part: Result) => collect(part, into));
    return (numbers) => parts.map((part) => part(numbers));
  }
  if (result !== null && typeof result === "object") {
    const parts = Object.entries(result).map(([key, part]) => [key, collect(part, into)] as const);
    return (numbers) => Object.fromEntries(parts.map(([key, part]) => [key, part(numbers)]));
  }
  if (result === undefined) return () => undefined;
  throw new ArgumentError(
    `compile: expected the function to return tensors, alone or in arrays and objects, got ${describe(result)}.`,
  );
}
