// A variable as the runtime sees it: storage in a backend, a pending assignment, and the reads that wait.
import type { Backend, Storage } from "../backends/backend.ts";
import type { DType } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { type Resident, read, stopGradient } from "../ops/index.ts";
import { isRead, type Node } from "../ops/op.ts";
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

let forbidding: string | null = null;

/** Runs `body`, the function given to `caller`, in which no variable may be assigned: it stands for many steps. */
export function withoutAssignments<T>(caller: string, body: () => T): T {
  const outer = forbidding;
  forbidding = caller;
  try {
    return body();
  } finally {
    forbidding = outer;
  }
}

/** The function that is being called with tensors that have no numbers, or null. */
export function currentBody(): string | null {
  return forbidding;
}

const storages = new FinalizationRegistry<{ owner: Backend; storage: Storage }>(({ owner, storage }) =>
  owner.free(storage),
);

/** What is done with a cell's numbers when a queued program overwrites them. */
export interface Overwrite {
  /** Gives earlier reads that are still alive their numbers; called just before the storage is written. */
  settleReads(): Promise<void>;
}

/** A pending assignment on its way into storage. */
export interface Flush extends Overwrite {
  readonly value: Node;
  /** The value has been stored, or could not be. */
  finish(stored: boolean): void;
}

/**
 * In the order of the user's calls a cell goes through versions, one for each assignment. A version has at most one node,
 * handed out to all who read it, and keeps it whatever becomes of the version: pending (the node computes the assigned value),
 * stored (the node reads the storage), or overwritten (the node holds the numbers). No gradient flows through an
 * assignment, so that it makes no difference when it is carried out.
 */
export class Cell implements Resident {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly name: string;
  /** Resolves when what was assigned last is in storage; rejects where that failed. */
  stored: Promise<unknown> = Promise.resolve();
  #pending: Node | null = null;
  #storage: Storage | null = null;
  #node: Node | null = null;
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
    this.#node ??= this.#pending ? stopGradient(this.#pending) : read(this);
    return this.#node;
  }

  /** Takes a new value. Nothing is computed until somebody needs it. */
  assignNode(value: Node): void {
    if (forbidding) {
      throw new ArgumentError(
        `${forbidding}: ${this.name} is assigned inside f, which is called once and stands for every step. Make it part of the carry, and assign the last carry outside.`,
      );
    }
    if (!sameShape(value.shape, this.shape)) {
      throw new ShapeError(
        `assign: ${this.name} has shape ${formatShape(this.shape)}, but the value has ${formatShape(value.shape)}; a variable keeps its shape.`,
      );
    }
    if (value.dtype !== this.dtype) {
      throw new DTypeError(`assign: ${this.name} is ${this.dtype}, but the value is ${value.dtype}; cast it first.`);
    }
    if (trace) {
      trace.assigned.set(this, value);
      return;
    }
    this.#nextVersion();
    this.#pending = value;
    dirty.add(this);
  }

  /** Hands over the pending assignment to a program that the caller queues now. */
  beginFlush(): Flush {
    const value = this.#pending!;
    const node = this.node();
    const overwrite = this.#takeReads();
    this.#pending = null;
    dirty.delete(this);
    const finish = (stored: boolean): void => {
      if (stored) become(node, read(this));
      else if (this.#node === node) {
        this.#pending = value;
        dirty.add(this);
      }
    };
    return { ...overwrite, value, finish };
  }

  /** A program that the caller queues now will write the storage. */
  beginOverwrite(): Overwrite {
    this.#nextVersion();
    return this.#takeReads();
  }

  #nextVersion(): void {
    if (this.#node) this.#waiting.push(new WeakRef(this.#node));
    this.#node = null;
  }

  #takeReads(): Overwrite {
    const reads = this.#waiting.splice(0);
    const settleReads = async (): Promise<void> => {
      const alive = reads
        .flatMap((ref) => ref.deref() ?? [])
        .filter((node) => isRead(node) && node.value === undefined);
      if (alive.length === 0 || !this.#storage) return;
      const numbers = await backend().read(this.#storage);
      for (const node of alive) node.value = numbers;
    };
    return { settleReads };
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

/** Lets a node that others hold mean what another says: the same value, come by in another way. */
function become(node: Node, other: Node): void {
  Object.assign(node, { op: other.op, inputs: other.inputs, attrs: other.attrs });
}
