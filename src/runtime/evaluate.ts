// Asking for numbers: the graph behind some nodes is compiled (once for each structure) and run.
import type { Program } from "../backends/backend.ts";
import type { TypedArray } from "../dtype.ts";
import { NablaError } from "../errors.ts";
import { closeGraph, type Graph, programKey } from "../graph/graph.ts";
import { detachGraph } from "../graph/replace.ts";
import type { Resident } from "../ops/index.ts";
import { isGiven, type Node, settle } from "../ops/op.ts";
import { type Cell, currentBody, currentTrace, dirty } from "./cell.ts";
import { backend, enqueue } from "./device.ts";

/** How many compiled programs are kept. The least recently used one goes first. */
const cacheSize = 256;
const cache = new Map<string, Promise<Program>>();

async function programFor(graph: Graph): Promise<Program> {
  const key = `${backend().name}\n${programKey(graph)}`;
  let program = cache.get(key);
  if (program) cache.delete(key);
  else program = backend().compile(detachGraph(graph));
  cache.set(key, program);
  if (cache.size > cacheSize) {
    const [oldest, evicted] = cache.entries().next().value!;
    cache.delete(oldest);
    void evicted.then((p) => p.free());
  }
  try {
    return await program;
  } catch (error) {
    cache.delete(key);
    throw error;
  }
}

/** Computes the numbers of `nodes`, and carries out every assignment that waits. */
export function evaluate(nodes: readonly Node[]): Promise<TypedArray[]> {
  if (currentTrace()) {
    throw new NablaError(
      "a function under compile or grad is traced, so its tensors have no numbers yet. Return the tensor from the function and ask for its numbers outside.",
    );
  }
  const body = currentBody();
  if (body)
    throw new NablaError(
      `${body}: inside f tensors have no numbers yet: it is called once and stands for every step. Give back what you need as y, and ask for its numbers outside.`,
    );
  const done = flush([...new Set(nodes)].filter((node) => node.value === undefined));
  const numbers = enqueue(async () => nodes.map((node) => node.value!));
  return done.then(() => numbers);
}

/** Queues a program that computes `nodes` and carries out every assignment that waits. */
export function flush(nodes: readonly Node[] = []): Promise<void> {
  const cells = [...dirty];
  const flushes = cells.map((cell) => cell.beginFlush());
  if (nodes.length === 0 && cells.length === 0) return Promise.resolve();
  const done = enqueue(async () => {
    try {
      for (const { settleReads } of flushes) await settleReads();
      const outputs = nodes.filter((node) => node.value === undefined);
      const assignments = cells.map((variable, i) => ({ variable, value: flushes[i]!.value }));
      const results = await runGraph(closeGraph(outputs, assignments));
      outputs.forEach((node, i) => settle(node, results[i]!));
    } catch (error) {
      for (const { finish } of flushes) finish(false);
      throw error;
    }
    for (const { finish } of flushes) finish(true);
  });
  done.catch(() => undefined);
  for (const cell of cells) cell.stored = done;
  return done;
}

async function runGraph(graph: Graph): Promise<TypedArray[]> {
  if (graph.assignments.length === 0 && graph.outputs.every(isGiven)) return graph.outputs.map((node) => node.value!);
  const program = await programFor(graph);
  return program.run(
    graph.inputs.map((node) => node.value!),
    storagesOf(graph.variables),
    1,
  );
}

export function storagesOf(variables: readonly Resident[]) {
  return variables.map((variable) => (variable as Cell).storage());
}
