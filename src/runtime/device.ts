// The current backend, and the queue that keeps its work in the order of the calls.
import type { Backend } from "../backends/backend.ts";
import { referenceBackend } from "../backends/reference/index.ts";
import { wasmBackend } from "../backends/wasm/index.ts";
import { NablaError } from "../errors.ts";
import { lookUp } from "../options.ts";
import { breathe } from "./air.ts";

/** Starts a backend: at once, or, as one that asks for a GPU, later. */
type Start = () => Backend | Promise<Backend>;

/** The backends by name. */
export const makers: Record<string, Start> = { wasm: wasmBackend, reference: () => referenceBackend };
const made = new Map<Start, Backend | Promise<Backend>>();
let chosen = "wasm";

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
  lookUp("backend", name, makers);
  chosen = name;
}

/** The backend that computes now, started at the first call. One that could not start is tried again. */
export function startBackend(): Backend | Promise<Backend> {
  const start = makers[chosen]!;
  const known = made.get(start);
  if (known) return known;
  const instance = start();
  made.set(start, instance);
  if (instance instanceof Promise)
    instance.then(
      (ready) => made.set(start, ready),
      () => made.delete(start),
    );
  return instance;
}

/** The backend that computes now. Throws {@link NablaError} while it is starting. */
export function backend(): Backend {
  const instance = startBackend();
  if (!(instance instanceof Promise)) return instance;
  throw new NablaError("the backend is still starting; await the numbers of a tensor first.");
}

/** The name of the backend that computes now, whether it has started or not. */
export const backendName = (): string => chosen;

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

/**
 * Runs `job` after all earlier jobs, even if they failed. The event loop turns about every 16 ms, so that a program
 * that awaits one result after the other still hears signals, timers and requests.
 */
export function enqueue<T>(job: () => Promise<T>): Promise<T> {
  const result = last.then(breathe).then(job);
  last = result.catch(() => undefined);
  return result;
}
