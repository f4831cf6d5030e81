// A variable as the runtime sees it: storage in a backend, a pending assignment, and the reads that wait.
import type { Backend, Storage } from "../backends/backend.ts";
import type { DType } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import type { Node } from "../ops/op.ts";
import { read, type Resident } from "../ops/index.ts";
import { formatShape, type Shape, sameShape } from "../shape.ts";
import { backend } from "./device.ts";

/** Variables with an assignment that no program has carried out yet. */
export const dirty = new Set<Cell>();

/** While a function is traced, reads and assignments of variables go here. */
export interface Trace {
  readonly reads: Map<Cell, Node>;
  readonly assigned: Map<Cell, Node>;
  /** Nodes with a lower number were made before the trace began. */
  readonly firstId: number;
}

let trace: Trace | null = null;

export function currentTrace(): Trace | null {
  return trace;
}

/** Runs `body` with its reads and assignments collected in `into`. */
export function tracing<T>(into: Trace, body: () => T): T {
  const outer = trace;
  trace = into;
  try {
    return body();
  } finally {
    trace = outer;
  }
}

const storages = new FinalizationRegistry<{ owner: Backend; storage: Storage }>(({ owner, storage }) => owner.free(storage));

export class Cell implements Resident {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly name: string;
  #pending: Node | null;
  #storage: Storage | null = null;
  #read: WeakRef<Node> | null = null;
  #waiting: WeakRef<Node>[] = [];

  constructor(initial: Node, name: string) {
    this.shape = initial.shape;
    this.dtype = initial.dtype;
    this.name = name;
    this.#pending = initial;
    dirty.add(this);
  }

  /** The variable's value at this moment, as a node. */
  node(): Node {
    if (trace) {
      const known = trace.assigned.get(this) ?? trace.reads.get(this);
      if (known) return known;
      const node = read(this);
      trace.reads.set(this, node);
      return node;
    }
    if (this.#pending) return this.#pending;
    let node = this.#read?.deref();
    if (!node) {
      node = read(this);
      this.#read = new WeakRef(node);
    }
    return node;
  }

  /** Takes a new value. Nothing is computed until somebody needs it. */
  assignNode(value: Node): void {
    if (!sameShape(value.shape, this.shape)) {
      throw new ShapeError(`assign: ${this.name} has shape ${formatShape(this.shape)}, but the value has ${formatShape(value.shape)}; a variable keeps its shape.`);
    }
    if (value.dtype !== this.dtype) {
      throw new DTypeError(`assign: ${this.name} is ${this.dtype}, but the value is ${value.dtype}; cast it first.`);
    }
    if (trace) {
      trace.assigned.set(this, value);
      return;
    }
    this.sealReads();
    this.#pending = value;
    dirty.add(this);
  }

  /** From here on reads see a later value; those before it will be given theirs by {@link settleReads}. */
  sealReads(): void {
    if (this.#read) this.#waiting.push(this.#read);
    this.#read = null;
  }

  /** Hands over the pending assignment, which the caller will carry out before anything else runs. */
  takePending(): Node | null {
    const node = this.#pending;
    this.#pending = null;
    dirty.delete(this);
    return node;
  }

  /** Gives the numbers of the stored value to every earlier read that is still alive. Called before the storage is written. */
  async settleReads(): Promise<void> {
    const waiting = this.#waiting.splice(0).flatMap((ref) => ref.deref() ?? []).filter((node) => node.value === undefined);
    if (waiting.length === 0 || !this.#storage) return;
    const numbers = await backend().read(this.#storage);
    for (const node of waiting) node.value = numbers;
  }

  /** Where the numbers live, made at the first use. */
  storage(): Storage {
    if (!this.#storage) {
      const owner = backend();
      this.#storage = owner.allocate(this.shape, this.dtype);
      storages.register(this, { owner, storage: this.#storage });
    }
    return this.#storage;
  }
}
