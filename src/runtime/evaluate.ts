// Asking for numbers: the graph behind some nodes is compiled (once for each structure) and run.
import type { Backend, Program, Storage } from "../backends/backend.ts";
import { allocate, type TypedArray } from "../dtype.ts";
import { NablaError } from "../errors.ts";
import { type Assignment, closeGraph, type Graph, graphNodes, programKey } from "../graph/graph.ts";
import { liftNumbers } from "../graph/lift.ts";
import { detachGraph } from "../graph/replace.ts";
import { constantValue, type Resident } from "../ops/index.ts";
import { isRead, type Node, settle } from "../ops/op.ts";
import { type Cell, dirty, type Flush, tellReader } from "./cell.ts";
import { backend, enqueue } from "./device.ts";
import { isInlining, whyNoNumbers } from "./trace.ts";

/** How many compiled programs are kept. The least recently used one goes first. */
const cacheSize = 256;
const cache = new Map<string, Promise<Program>>();

async function programFor(owner: Backend, graph: Graph, lifted: ReadonlyMap<Node, number>): Promise<Program> {
  const key = `${owner.name}\n${programKey(graph, lifted)}`;
  let program = cache.get(key);
  if (program) cache.delete(key);
  else program = owner.compile(detachGraph(graph, lifted));
  cache.set(key, program);
  if (cache.size > cacheSize) {
    const [oldest, evicted] = cache.entries().next().value!;
    cache.delete(oldest);
    void evicted.then(
      (p) => p.free(),
      () => undefined,
    );
  }
  try {
    return await program;
  } catch (error) {
    cache.delete(key);
    throw error;
  }
}

/** A promise that rejects. A function that is traced cannot wait for it, so that an unhandled one is no accident there. */
export function refuse(error: NablaError): Promise<never> {
  const refused = Promise.reject(error);
  if (isInlining()) refused.catch(() => undefined);
  return refused;
}

/** Computes the numbers of `nodes`, and gives what `use` makes of them. */
export function numbersOf<T>(nodes: readonly Node[], use: (numbers: readonly TypedArray[]) => T): Promise<T> {
  const reason = whyNoNumbers();
  if (reason !== null) return refuse(new NablaError(reason));
  return evaluate(nodes).then(() => use(nodes.map((node) => node.value!)));
}

/** Queues a program that gives `nodes` their numbers, and carries out every assignment that waits. */
export function evaluate(nodes: readonly Node[]): Promise<void> {
  const missing = nodes.filter((node) => node.value === undefined);
  return missing.length === 0 ? Promise.resolve() : flush([...new Set(missing)]);
}

/**
 * Queues a program that computes `nodes` and carries out every assignment that waits. Rejects where the nodes cannot be
 * computed; an assignment that fails is told to those who read its variable.
 */
export function flush(nodes: readonly Node[] = []): Promise<void> {
  if (nodes.length === 0 && dirty.size === 0) return Promise.resolve();
  const owner = backend();
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

/** All in one program. */
async function together(owner: Backend, wanted: readonly Node[], flushes: readonly Flush[]): Promise<void> {
  for (const { settleReads } of flushes) await settleReads();
  const assignments = flushes.map(({ cell, value }) => ({ variable: cell, value }));
  await compute(owner, wanted, assignments);
  for (const { succeed } of flushes) succeed();
}

/**
 * After a failure: each value in a program of its own, so that it is clear whose fault it is. This holds after an
 * interrupted run, too: reads of what it was to assign had been given their numbers. All values are computed before the
 * first is stored, since they may read what others assign.
 */
async function oneByOne(owner: Backend, wanted: readonly Node[], flushes: readonly Flush[]): Promise<void> {
  const computed: { flush: Flush; numbers: TypedArray }[] = [];
  for (const each of flushes) {
    try {
      const [numbers] = await compute(owner, [each.value]);
      computed.push({ flush: each, numbers: numbers! });
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
      await each.settleReads();
      owner.write(await each.cell.storageIn(owner), numbers);
      each.succeed();
    } catch (error) {
      each.fail(error);
    }
  }
  if (failure !== undefined) throw failure;
}

/** Gives `outputs` their numbers, which it returns, and carries out `assignments`. */
async function compute(
  owner: Backend,
  outputs: readonly Node[],
  assignments: readonly Assignment[] = [],
): Promise<readonly TypedArray[]> {
  const isKnown = (node: Node): boolean => node.value !== undefined;
  if (assignments.length === 0 && outputs.every(isKnown)) return outputs.map((node) => node.value!);
  const graph = closeGraph(outputs, assignments);
  for (const variable of graph.variables as Cell[]) {
    if (variable.lost && reads(graph, variable)) throw variable.lost;
  }
  const lifted = liftNumbers(graph);
  const program = await programFor(owner, graph, lifted);
  const inputs = graph.inputs.map((node) => node.value!);
  for (const [node, number] of lifted)
    inputs[graph.inputs.length + number] ??= allocate(node.dtype, 1).fill(constantValue(node)!);
  const results = await program.run(inputs, await storagesIn(owner, graph.variables as Cell[]), 1);
  outputs.forEach((node, i) => settle(node, results[i]!));
  return results;
}

function reads(graph: Graph, variable: Resident): boolean {
  if (graph.assignments.every((assignment) => assignment.variable !== variable)) return true;
  return graphNodes(graph).some((node) => isRead(node) && node.attrs.variable === variable);
}

/** Where the variables of a program are while `owner` runs it. */
export function storagesIn(owner: Backend, variables: readonly Cell[]): Storage[] | Promise<Storage[]> {
  const storages = variables.map((variable) => variable.storageIn(owner));
  return storages.some((storage) => storage instanceof Promise) ? Promise.all(storages) : (storages as Storage[]);
}
