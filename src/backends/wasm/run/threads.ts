// The thread pool: the number of threads and the memory of each. The workers are loaded with the first program that is
// shared.
import { controlBytes } from "./control.ts";
import type { DeviceMemory } from "./memory.ts";
import type { SharedProgram, Workers } from "./workers.ts";

export class ThreadPool {
  readonly #memory: DeviceMemory;
  readonly #control: number;
  /** Addresses of each thread's own memory, the caller's first, and the size of each. */
  #own: number[] = [];
  #ownBytes = 0;
  #workers: Workers | null = null;
  /** Number of threads that take part in a job, including the caller if it may block. */
  size: number;

  constructor(memory: DeviceMemory, size: number) {
    this.#memory = memory;
    this.size = size;
    this.#control = memory.allocate(controlBytes);
    new Uint8Array(memory.memory.buffer, this.#control, controlBytes).fill(0);
  }

  /** Loads the workers' part of the pool ahead of a run, which would otherwise wait for it. */
  async load(): Promise<Workers> {
    const { Workers } = await import("./workers.ts");
    return (this.#workers ??= new Workers(this.#memory, this.#control, this));
  }

  /** Sets the number of threads from the next job on. Workers that could not be started are tried again. */
  resize(size: number): void {
    this.size = size;
    this.#workers?.tryAgain();
  }

  /** Addresses of the threads' own memory, and the size of each. */
  get own(): { readonly addresses: readonly number[]; readonly bytes: number } {
    return { addresses: this.#own, bytes: this.#ownBytes };
  }

  /** Bytes of all threads' own memory together. */
  get ownBytes(): number {
    return this.#ownBytes * this.#own.length;
  }

  /**
   * Allocates own memory of at least `bytes` each for the caller and `count` − 1 workers. Returns the caller's address.
   */
  reserve(bytes: number, count: number): number {
    if (bytes > this.#ownBytes) {
      for (const address of this.#own) this.#memory.free(address);
      this.#own = [];
      this.#ownBytes = 0;
      this.#own.push(this.#memory.allocate(bytes));
      this.#ownBytes = bytes;
    }
    while (this.#own.length < count) this.#own.push(this.#memory.allocate(this.#ownBytes));
    return this.#own[0]!;
  }

  /**
   * Runs `steps` steps of a program on all threads. Rejects if a thread dies, which is replaced before the next job.
   */
  run(program: SharedProgram, steps: number, arena: number, variables: number): Promise<void> {
    const start = (workers: Workers): Promise<void> => {
      this.reserve(program.ownBytes, this.size + 1);
      return workers.run(program, steps, arena, variables);
    };
    return this.#workers ? start(this.#workers) : this.load().then(start);
  }

  /** Makes the workers drop a program. */
  forget(program: number): void {
    this.#workers?.forget(program);
  }
}
