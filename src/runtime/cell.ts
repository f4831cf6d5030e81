// A variable as the runtime sees it: storage in a backend, a pending assignment, and the reads that wait.
import type { Backend, Storage } from "../backends/backend.ts";
import type { DType } from "../dtype.ts";
import { ArgumentError, DTypeError, NablaError, ShapeError } from "../errors.ts";
import { topologicalOrder } from "../graph/order.ts";
import { replaceNodes } from "../graph/replace.ts";
import { type Resident, read, stopGradient } from "../ops/index.ts";
import { isArgument, isRead, type Node } from "../ops/op.ts";
import { formatShape, type Shape, sameShape } from "../shape.ts";
import { checkAssignable, currentTrace, type Trace } from "./trace.ts";

/** Variables with an assignment that is carried out with the next computation. */
export const dirty = new Set<Cell>();

/** The nodes of assignments that have failed, and their variables. */
const failedVersions = new WeakMap<Node, Cell>();

/** Where a cell's numbers are. */
interface Place {
  readonly owner: Backend;
  readonly storage: Storage;
}

const places = new FinalizationRegistry<Place>(({ owner, storage }) => owner.free(storage));

/** A pending assignment on its way into storage. */
export interface Flush {
  readonly cell: Cell;
  readonly value: Node;
  /** Gives earlier reads that are still alive their numbers; to be called just before the storage is written. */
  readonly settleReads: () => Promise<void> | undefined;
  readonly succeed: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * In the order of the user's calls a cell goes through versions, one for each assignment. A version has at most one node,
 * handed out to all who read it, and keeps it whatever becomes of the version: pending (the node computes the assigned value),
 * stored (the node reads the storage), or overwritten (the node holds the numbers). No gradient flows through an
 * assignment, so that it makes no difference when it is carried out.
 *
 * An assignment whose value cannot be computed stays pending, but is not tried again with computations of others: only
 * when somebody asks for the variable, who is told why. Then it is dropped, and the version before it is current again.
 */
export class Cell implements Resident {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly name: string;
  #version = 0;
  #pending: Node | null = null;
  #node: Node | null = null;
  #place: Place | null = null;
  /** Whether the storage has ever been written. */
  #written = false;
  /** Why the last assignment failed, until somebody who reads the variable has been told. */
  #failure: { readonly version: number; readonly error: NablaError } | null = null;
  /** Why the storage holds no value, where it does not. */
  #lost: NablaError | null = null;
  #waiting: { readonly version: number; readonly node: WeakRef<Node> }[] = [];

  constructor(initial: Node, name: string) {
    this.shape = initial.shape;
    this.dtype = initial.dtype;
    this.name = name;
    const trace = currentTrace();
    this.#pending = trace ? outsideOf(initial, name, trace) : initial;
    dirty.add(this);
  }

  /** The variable's value at this moment, as a node. */
  node(): Node {
    const trace = currentTrace();
    if (trace) {
      const known = trace.assigned.get(this) ?? trace.reads.get(this);
      if (known) return known;
      const node = read(this);
      trace.reads.set(this, node);
      return node;
    }
    return this.nodeOutside();
  }

  /** The variable's value outside of any trace, as a node. */
  nodeOutside(): Node {
    this.retry();
    this.#node ??= this.#pending ? stopGradient(this.#pending) : read(this);
    return this.#node;
  }

  /** Takes a new value. Nothing is computed until somebody needs it. */
  assignNode(value: Node): void {
    checkAssignable(this.name);
    if (!sameShape(value.shape, this.shape)) {
      throw new ShapeError(
        `assign: ${this.name} has shape ${formatShape(this.shape)}, but the value has ${formatShape(value.shape)}; a variable keeps its shape.`,
      );
    }
    if (value.dtype !== this.dtype) {
      throw new DTypeError(`assign: ${this.name} is ${this.dtype}, but the value is ${value.dtype}; cast it first.`);
    }
    const trace = currentTrace();
    if (trace) {
      trace.assigned.set(this, value);
      return;
    }
    this.#nextVersion();
    this.#pending = value;
    dirty.add(this);
  }

  /** Somebody asks for the variable: an assignment that has failed is tried once more. */
  retry(): void {
    if (this.#pending) dirty.add(this);
  }

  /** Hands over the pending assignment to a program that the caller queues now. */
  beginFlush(): Flush {
    const value = this.#pending!;
    const node = this.nodeOutside();
    const version = this.#version;
    this.#pending = null;
    dirty.delete(this);
    return {
      cell: this,
      value,
      settleReads: () => this.#settleReads(version - 1),
      succeed: () => {
        this.wrote();
        become(node, read(this));
      },
      fail: (cause) => {
        const error = explain(this.name, this.#written, cause);
        this.#failure = { version, error };
        if (!this.#written) this.#lost = error;
        failedVersions.set(node, this);
        if (version === this.#version) this.#pending = value;
      },
    };
  }

  /**
   * A program that the caller queues now will write the storage. Gives what is to be called just before that: it gives
   * earlier reads that are still alive their numbers.
   */
  beginOverwrite(): () => Promise<void> | undefined {
    this.#nextVersion();
    const version = this.#version - 1;
    return () => this.#settleReads(version);
  }

  /** The storage has been written. */
  wrote(): void {
    this.#written = true;
    this.#failure = null;
    this.#lost = null;
  }

  /** A program has ended while it wrote the storage. */
  lose(cause: NablaError): void {
    this.#lost = new NablaError(`${this.name} has no value: ${cause.message}`, { cause });
  }

  /** Why the storage holds no value, or null where it does. */
  get lost(): NablaError | null {
    return this.#lost;
  }

  /** Throws where the storage does not hold the value that was assigned last. */
  checkCurrent(): void {
    const told = this.#failure;
    if (told) this.#drop();
    if (told) throw told.error;
    if (this.#lost) throw this.#lost;
  }

  /** Why `node`, a version's own, cannot be computed. The version is dropped, as the caller tells its reader. */
  tell(node: Node): NablaError | null {
    const error = this.#failure?.error ?? null;
    if (this.#node === node) this.#drop();
    return error;
  }

  /** Drops the assignment that has failed, so that the version before it is current again. */
  #drop(): void {
    // A first value is kept, since there is none before it.
    if (this.#failure?.version === this.#version && this.#pending && this.#written) {
      this.#nextVersion();
      this.#pending = null;
      dirty.delete(this);
    }
    this.#failure = null;
  }

  #nextVersion(): void {
    if (this.#node) this.#waiting.push({ version: this.#version, node: new WeakRef(this.#node) });
    this.#node = null;
    this.#version++;
  }

  /** Reads of versions up to `last` get their numbers. Where that fails, they go on waiting. */
  #settleReads(last: number): Promise<void> | undefined {
    if (this.#waiting.length === 0) return undefined;
    const alive = this.#waiting.flatMap(({ version, node: ref }) => {
      const node = version <= last ? ref.deref() : undefined;
      return node && isRead(node) && node.value === undefined ? [node] : [];
    });
    const done = (): void => void (this.#waiting = this.#waiting.filter(({ version }) => version > last));
    if (alive.length === 0 || !this.#written || !this.#place) return void done();
    return this.#place.owner.read(this.#place.storage).then((numbers) => {
      for (const node of alive) node.value = numbers;
      done();
    });
  }

  /** The storage in `owner`'s memory, made at the first use. Numbers that another backend holds are moved there. */
  storageIn(owner: Backend): Storage | Promise<Storage> {
    if (this.#place?.owner === owner) return this.#place.storage;
    if (!this.#place || !this.#written) return this.#own(owner, owner.allocate(this.shape, this.dtype));
    return this.#move(this.#place, owner);
  }

  async #move(from: Place, owner: Backend): Promise<Storage> {
    const numbers = await from.owner.read(from.storage);
    const storage = owner.allocate(this.shape, this.dtype);
    owner.write(storage, numbers);
    return this.#own(owner, storage);
  }

  #own(owner: Backend, storage: Storage): Storage {
    this.release();
    this.#place = { owner, storage };
    places.register(this, this.#place, this);
    return storage;
  }

  /** Gives the storage back. */
  release(): void {
    if (!this.#place) return;
    places.unregister(this);
    this.#place.owner.free(this.#place.storage);
    this.#place = null;
  }

  /** Forgets a variable that nobody will read again. */
  discard(): void {
    dirty.delete(this);
    this.release();
  }
}

/**
 * Tells the reader of `nodes`, which could not be computed for `error`: where one of the assignments behind them has failed,
 * its variable is named, and it is dropped.
 */
export function tellReader(nodes: readonly Node[], error: unknown): unknown {
  let told: NablaError | null = null;
  for (const node of topologicalOrder(nodes, ({ value }) => value !== undefined)) {
    const reason = failedVersions.get(node)?.tell(node) ?? null;
    told ??= reason;
  }
  return told ?? error;
}

function explain(name: string, written: boolean, cause: unknown): NablaError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const what = written ? "keeps its earlier value, as the new" : "has no value, as its first";
  return new NablaError(`${name} ${what} one could not be computed: ${why}`, { cause });
}

/** The value with which a variable that is made in a trace begins, with numbers that there are at the trace. */
function outsideOf(initial: Node, name: string, { reads, firstId }: Trace): Node {
  const isKnown = (node: Node): boolean => node.id < firstId || node.value !== undefined;
  if (topologicalOrder([initial], isKnown).some((node) => isArgument(node) && !isKnown(node))) {
    throw new ArgumentError(
      `variable: ${name} begins with a value that depends on an argument of the function under compile. Make it outside, and assign it inside.`,
    );
  }
  const [value] = replaceNodes([initial], (node) => {
    if (isKnown(node)) return node;
    return isRead(node) && reads.get(node.attrs.variable) === node ? node.attrs.variable.nodeOutside() : null;
  });
  return value!;
}

/** Redirects a node that others hold to an equal value that is come by in another way. */
function become(node: Node, other: Node): void {
  Object.assign(node, { op: other.op, inputs: other.inputs, attrs: other.attrs });
}
