// The pool of threads: how many there are, and each one's own memory. The workers are loaded with the first program that is
// shared.
import { controlBytes } from "./control.ts";
import type { DeviceMemory } from "./memory.ts";
import type { SharedProgram, Workers } from "./workers.ts";

export class ThreadPool {
  readonly #memory: DeviceMemory;
  readonly #control: number;
  /** Each thread's own memory, the caller's first, and how large it is. */
  #own: number[] = [];
  #ownBytes = 0;
  #workers: Workers | null = null;
  /** How many threads take part in a job, the caller among them where it may block. */
  size: number;

  constructor(memory: DeviceMemory, size: number) {
    this.#memory = memory;
    this.size = size;
    this.#control = memory.allocate(controlBytes);
    new Uint8Array(memory.memory.buffer, this.#control, controlBytes).fill(0);
  }

  /** Loads the workers' part, so that no run has to wait for it. */
  async load(): Promise<Workers> {
    const { Workers } = await import("./workers.ts");
    return (this.#workers ??= new Workers(this.#memory, this.#control, this));
  }

  /** Chooses how many threads take part from the next job on. Workers that could not be started are tried again. */
  resize(size: number): void {
    this.size = size;
    this.#workers?.tryAgain();
  }

  /** Where the threads' own memory lies, and how large each is. */
  get own(): { readonly addresses: readonly number[]; readonly bytes: number } {
    return { addresses: this.#own, bytes: this.#ownBytes };
  }

  /** Bytes that all threads hold for themselves. */
  get ownBytes(): number {
    return this.#ownBytes * this.#own.length;
  }

  /** Memory of their own, at least so many bytes each, for the caller and `count − 1` workers. Gives the caller's. */
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

  /** Runs `steps` steps of a program on all threads. Rejects where a thread has died; the next job finds it replaced. */
  run(program: SharedProgram, steps: number, arena: number, variables: number): Promise<void> {
    const start = (workers: Workers): Promise<void> => {
      this.reserve(program.ownBytes, this.size + 1);
      return workers.run(program, steps, arena, variables);
    };
    return this.#workers ? start(this.#workers) : this.load().then(start);
  }

  /** Lets the workers forget a program. */
  forget(program: number): void {
    this.#workers?.forget(program);
  }
}
