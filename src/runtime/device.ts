// The current backend, and the queue that keeps its work in the order of the calls.
import type { Backend } from "../backends/backend.ts";
import { referenceBackend } from "../backends/reference/index.ts";
import { wasmBackend } from "../backends/wasm/index.ts";
import { lookUp } from "../options.ts";

const makers: Record<string, () => Backend> = { wasm: wasmBackend, reference: () => referenceBackend };
const made = new Map<() => Backend, Backend>();
let chosen: () => Backend = wasmBackend;

/**
 * The names that {@link setBackend} takes.
 *
 * @example backendNames.includes("reference"); // true
 */
export const backendNames = Object.keys(makers);

/**
 * Chooses where later work is computed: `"wasm"` (the default) or `"reference"` (float64, slow, for checking).
 *
 * @throws ArgumentError for an unknown name
 * @example setBackend("wasm");
 */
export function setBackend(name: string): void {
  chosen = lookUp("backend", name, makers);
}

/** The backend that computes now, started at the first call. */
export function backend(): Backend {
  let instance = made.get(chosen);
  if (!instance) made.set(chosen, (instance = chosen()));
  return instance;
}

/**
 * Sets the number of threads for later work. Default: NABLA_THREADS, or else the number of cores. The results are the
 * same, to the last bit, for any count. Throws {@link ArgumentError} if `count` is more than 1 and memory cannot be
 * shared, as in a page that is not isolated from other origins.
 *
 * @example setThreads(2);
 */
export function setThreads(count: number): void {
  backend().setThreads(count);
}

let last: Promise<unknown> = Promise.resolve();

/** Runs `job` after all earlier jobs, even if they failed. */
export function enqueue<T>(job: () => Promise<T>): Promise<T> {
  const result = last.then(job);
  last = result.catch(() => undefined);
  return result;
}
