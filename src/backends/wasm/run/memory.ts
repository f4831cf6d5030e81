// One WebAssembly memory for all programs and variables, with a free list.
import { NablaError } from "../../../errors.ts";
import { formatBytes } from "../../../quantities.ts";

const page = 65536;
const firstPages = 16;
const alignment = 64;
/**
 * Bytes before the first block and after each one, so that a vector that reads past a buffer stays inside the memory.
 */
const slack = 64;

/** Maximum sizes to try, in pages: 4 GiB first, and less if the process may not reserve that. */
const limits = [65536, 32768, 16384, 8192, 4096, 1024];

/** Reserves as much address space as the process may have. Only pages in use take physical memory. */
function reserveMemory(shared: boolean): { memory: WebAssembly.Memory; pages: number } {
  for (const pages of limits) {
    try {
      return { memory: new WebAssembly.Memory({ initial: firstPages, maximum: pages, shared }), pages };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw new NablaError(
    "WebAssembly: expected address space for a memory, got not even 64 MiB. " +
      'Raise ulimit -v, start Node with --disable-wasm-trap-handler, or use setBackend("reference").',
  );
}

/** Allocates blocks of one growing memory. Addresses are in bytes, multiples of 64, and never 0. */
export class DeviceMemory {
  readonly memory: WebAssembly.Memory;
  /** True if several threads share it. */
  readonly shared: boolean;
  readonly #mostPages: number;
  /** Free blocks in ascending order, never adjacent. */
  readonly #free: { start: number; size: number }[] = [{ start: slack, size: firstPages * page - slack }];
  readonly #sizes = new Map<number, number>();
  used = 0;

  constructor(shared: boolean) {
    this.shared = shared;
    const { memory, pages } = reserveMemory(shared);
    this.memory = memory;
    this.#mostPages = pages;
  }

  /** Allocates `bytes`, growing the memory if needed. Throws if there is no room. */
  allocate(bytes: number): number {
    const size = Math.ceil((bytes + slack) / alignment) * alignment;
    let at = this.#free.findIndex((block) => block.size >= size);
    if (at < 0) {
      this.#grow(size);
      at = this.#free.length - 1;
    }
    const block = this.#free[at]!;
    const start = block.start;
    block.start += size;
    block.size -= size;
    if (block.size === 0) this.#free.splice(at, 1);
    this.#sizes.set(start, size);
    this.used += size;
    return start;
  }

  free(start: number): void {
    const size = this.#sizes.get(start);
    if (size === undefined) return;
    this.#sizes.delete(start);
    this.used -= size;
    let at = this.#free.findIndex((block) => block.start > start);
    if (at < 0) at = this.#free.length;
    this.#free.splice(at, 0, { start, size });
    this.#mergeAt(at);
    this.#mergeAt(at - 1);
  }

  #mergeAt(at: number): void {
    const [block, next] = [this.#free[at], this.#free[at + 1]];
    if (block && next && block.start + block.size === next.start) {
      block.size += next.size;
      this.#free.splice(at + 1, 1);
    }
  }

  #grow(size: number): void {
    const end = this.memory.buffer.byteLength;
    const last = this.#free[this.#free.length - 1];
    const tail = last && last.start + last.size === end ? last.size : 0;
    const wanted = Math.ceil((size - tail) / page);
    const most = this.#mostPages - end / page;
    // Growing by a quarter at least keeps the number of growths small.
    const generous = Math.min(most, Math.max(wanted, Math.ceil(end / page / 4)));
    const pages = wanted > most ? undefined : [generous, wanted].find((count) => this.#tryToGrow(count));
    if (pages === undefined) {
      throw new NablaError(
        `out of memory: expected room for ${formatBytes(size)}, got a WebAssembly memory of at most ` +
          `${formatBytes(this.#mostPages * page)}, of which ${formatBytes(this.used)} are in use. ` +
          "Try a smaller batch or a smaller model.",
      );
    }
    if (tail > 0) last!.size += pages * page;
    else this.#free.push({ start: end, size: pages * page });
  }

  #tryToGrow(pages: number): boolean {
    try {
      this.memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }
}
