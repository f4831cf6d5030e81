// Computes nodes: compiles the graph behind them (once for each structure), and runs it.
import type { Backend, Storage } from "../backends/backend.ts";
import { filled, type TypedArray } from "../dtype.ts";
import { NablaError } from "../errors.ts";
import { type Assignment, closeGraph, type Graph, graphNodes } from "../graph/graph.ts";
import { liftNumbers } from "../graph/lift.ts";
import { attached, readable } from "../host-array.ts";
import { constantValue, type Resident } from "../ops/index.ts";
import { isRead, keepValue, type Node } from "../ops/op.ts";
import { type Each, zip } from "../zip.ts";
import { type Cell, dirty, type Flush, tellReader } from "./cell.ts";
import { enqueue, startBackend } from "./device.ts";
import { useProgram } from "./programs.ts";
import { isInlining, whyNoNumbers } from "./trace.ts";

/** A backend, which may still be starting. */
type Started = Backend | Promise<Backend>;

/** A promise that rejects. While a function is traced, nobody can await it, so that it may stay unhandled. */
export function refuse(error: NablaError): Promise<never> {
  const refused = Promise.reject(error);
  if (isInlining()) refused.catch(() => undefined);
  return refused;
}

/** The numbers that a node holds. They may be the user's own array, whose buffer may have been transferred since. */
export const numbersIn = ({ value }: Node): TypedArray => attached(value!);

/** Computes the numbers of `nodes`, and passes them to `use`; those of 16 bits are decoded. */
export function numbersOf<const N extends readonly Node[], T>(
  nodes: N,
  use: (numbers: Each<N, TypedArray>) => T,
): Promise<T> {
  const reason = whyNoNumbers();
  if (reason !== null) return refuse(new NablaError(reason));
  return evaluate(nodes).then(() =>
    use(nodes.map((node) => readable({ data: numbersIn(node), dtype: node.dtype })) as Each<N, TypedArray>),
  );
}

/** Queues a program that computes `nodes` and carries out all pending assignments. */
export function evaluate(nodes: readonly Node[]): Promise<void> {
  const missing = nodes.filter((node) => node.value === undefined);
  return missing.length === 0 ? Promise.resolve() : flush([...new Set(missing)]);
}

/**
 * Queues a program that computes `nodes` and carries out all pending assignments. Rejects if the nodes cannot be
 * computed; the error of a failed assignment is reported to readers of its variable.
 */
export function flush(nodes: readonly Node[] = []): Promise<void> {
  if (nodes.length === 0 && dirty.size === 0) return Promise.resolve();
  const owner = startBackend();
  const flushes = [...dirty].map((cell) => cell.beginFlush());
  const done = enqueue(async () => {
    const wanted = nodes.filter((node) => node.value === undefined);
    try {
      await together(owner, wanted, flushes);
    } catch (error) {
      if (flushes.length === 0) throw tellReader(wanted, error);
      await oneByOne(owner, wanted, flushes);
    }
  });
  done.catch(() => undefined);
  return done;
}

/** Computes everything in one program. Arrays that are assigned as they are need none: they are written at once. */
async function together(starting: Started, wanted: readonly Node[], flushes: readonly Flush[]): Promise<void> {
  const owner = await starting;
  for (const { copyToReads } of flushes) await copyToReads();
  const given = flushes.filter(({ value }) => value.value !== undefined);
  const storages = await storagesIn(
    owner,
    given.map(({ cell }) => cell),
  );
  const computed = flushes.filter(({ value }) => value.value === undefined);
  await compute(
    owner,
    wanted,
    computed.map(({ cell, value }) => ({ variable: cell, value })),
  );
  for (const [{ value }, storage] of zip(given, storages)) owner.write(storage, numbersIn(value));
  for (const { succeed } of flushes) succeed();
}

/**
 * Computes each value in a program of its own after a failure, to find the one that fails. This is safe after an
 * interrupted run, too, because earlier reads of the variables have their numbers by then. All values are computed
 * before the first is stored, since they may read variables that others assign.
 */
async function oneByOne(owner: Started, wanted: readonly Node[], flushes: readonly Flush[]): Promise<void> {
  const computed: { flush: Flush; numbers: TypedArray }[] = [];
  for (const each of flushes) {
    try {
      const [numbers] = await compute(owner, [each.value]);
      computed.push({ flush: each, numbers });
    } catch (error) {
      each.fail(error);
    }
  }
  let failure: unknown;
  try {
    await compute(owner, wanted);
  } catch (error) {
    failure = tellReader(wanted, error);
  }
  for (const { flush: each, numbers } of computed) {
    try {
      await each.copyToReads();
      const ready = await owner;
      ready.write(await each.cell.storageIn(ready), numbers);
      each.succeed();
    } catch (error) {
      each.fail(error);
    }
  }
  if (failure !== undefined) throw failure;
}

/** Gives `outputs` their numbers, which it returns, and carries out `assignments`. */
async function compute<const N extends readonly Node[]>(
  starting: Started,
  outputs: N,
  assignments: readonly Assignment[] = [],
): Promise<Each<N, TypedArray>> {
  const isKnown = (node: Node): boolean => node.value !== undefined;
  const numbers = () => outputs.map((node) => node.value!) as Each<N, TypedArray>;
  if (assignments.length === 0 && outputs.every(isKnown)) return numbers();
  const graph = closeGraph(outputs, assignments);
  for (const variable of graph.variables as Cell[]) {
    if (variable.lost && reads(graph, variable)) throw variable.lost;
  }
  const owner = await starting;
  const lifted = liftNumbers(graph);
  const inputs = graph.inputs.map(numbersIn);
  for (const [node, number] of lifted)
    inputs[graph.inputs.length + number] ??= filled(node.dtype, 1, constantValue(node)!);
  const { program, release } = await useProgram(owner, graph, lifted);
  try {
    const results = await program.run(inputs, await storagesIn(owner, graph.variables as Cell[]), 1);
    for (const [node, values] of zip(outputs, results)) keepValue(node, values);
    return numbers();
  } finally {
    release();
  }
}

function reads(graph: Graph, variable: Resident): boolean {
  if (graph.assignments.every((assignment) => assignment.variable !== variable)) return true;
  return graphNodes(graph).some((node) => isRead(node) && node.attrs.variable === variable);
}

/** The storages of a program's variables in `owner`'s memory. */
export function storagesIn(owner: Backend, variables: readonly Cell[]): Storage[] | Promise<Storage[]> {
  const storages = variables.map((variable) => variable.storageIn(owner));
  return storages.some((storage) => storage instanceof Promise) ? Promise.all(storages) : (storages as Storage[]);
}
