// The runtime's part of a variable: storage in a backend, a pending assignment, and reads without numbers.
import type { Backend, Storage } from "../backends/backend.ts";
import type { DType } from "../dtype.ts";
import { ArgumentError, DTypeError, NablaError, ShapeError } from "../errors.ts";
import { topologicalOrder } from "../graph/order.ts";
import { replaceNodes } from "../graph/replace.ts";
import { type Resident, read, stopGradient } from "../ops/index.ts";
import { isArgument, isRead, type Node } from "../ops/op.ts";
import { formatShape, type Shape, sameShape } from "../shape.ts";
import { checkAssignable, currentTrace, type Trace } from "./trace.ts";

/** Variables with a pending assignment, which the next computation carries out. */
export const dirty = new Set<Cell>();

/** The nodes of failed assignments, with their variables. */
const failedVersions = new WeakMap<Node, Cell>();

/** The location of a cell's numbers. */
interface Place {
  readonly owner: Backend;
  readonly storage: Storage;
}

const places = new FinalizationRegistry<Place>(({ owner, storage }) => owner.free(storage));

/** A pending assignment on its way into storage. */
export interface Flush {
  readonly cell: Cell;
  readonly value: Node;
  /** Copies the storage into earlier reads that are still alive. Call it just before the storage is written. */
  readonly copyToReads: () => Promise<void> | undefined;
  readonly succeed: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * A cell has one version for each assignment, in the order of the user's calls. All readers of a version share one
 * node, which stays valid in each state of the version: pending (the node computes the assigned value), stored (the
 * node reads the storage), or overwritten (the node holds the numbers). No gradient flows through an assignment, so
 * that the time at which it is carried out makes no difference.
 *
 * An assignment whose value cannot be computed stays pending, but later computations do not try it again. Only a read
 * of the variable does, and gets the error. Then the assignment is dropped, and the version before it is current again.
 */
export class Cell implements Resident {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly name: string;
  #version = 0;
  #pending: Node | null = null;
  /** The first value, if it was replaced before it reached the storage: current again if the assignment fails. */
  #first: Node | null = null;
  #node: Node | null = null;
  /** True if `#node` was given to a reader, who may ask for its numbers after the next assignment. */
  #isRead = false;
  #place: Place | null = null;
  /** True once the storage has been written. */
  #written = false;
  /** The error of the last assignment, until a reader of the variable has got it. */
  #failure: { readonly version: number; readonly error: NablaError } | null = null;
  /** The error that left the storage without a value, if there was one. */
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
    this.#isRead = true;
    return this.#current();
  }

  #current(): Node {
    this.#node ??= this.#pending ? stopGradient(this.#pending) : read(this);
    return this.#node;
  }

  /** Assigns a new value, which is computed with the next computation. */
  assignNode(value: Node): void {
    checkAssignable(this.name);
    if (!sameShape(value.shape, this.shape)) {
      throw new ShapeError(
        `assign: ${this.name} has shape ${formatShape(this.shape)}, but the value has ${formatShape(value.shape)}; ` +
          "a variable keeps its shape.",
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
    if (!this.#written) this.#first ??= this.#pending;
    this.#nextVersion();
    this.#pending = value;
    dirty.add(this);
  }

  /** Marks an assignment that has failed, to be tried once more. */
  retry(): void {
    if (this.#pending) dirty.add(this);
  }

  /** Hands the pending assignment over to a program that the caller queues now. */
  beginFlush(): Flush {
    const value = this.#pending!; // A cell is in `dirty` as long as it has one.
    const node = this.#current();
    const version = this.#version;
    this.#pending = null;
    dirty.delete(this);
    return {
      cell: this,
      value,
      copyToReads: () => this.#copyToReads(version - 1),
      succeed: () => {
        this.wrote();
        redirect(node, read(this));
      },
      fail: (cause) => {
        const error = explain(this.name, this.#written || this.#first !== null, cause);
        this.#failure = { version, error };
        if (!this.#written) this.#lost = error;
        failedVersions.set(node, this);
        if (version === this.#version) this.#pending = value;
      },
    };
  }

  /**
   * Announces a program, queued now by the caller, that will write the storage. The function that it returns copies the
   * storage into earlier reads that are still alive; call it just before the program runs.
   */
  beginOverwrite(): () => Promise<void> | undefined {
    this.#nextVersion();
    const version = this.#version - 1;
    return () => this.#copyToReads(version);
  }

  /** Records that the storage has been written. */
  wrote(): void {
    this.#written = true;
    this.#first = null;
    this.#failure = null;
    this.#lost = null;
  }

  /** Records that a program failed while it wrote the storage. */
  lose(cause: NablaError): void {
    this.#lost = new NablaError(`${this.name} has no value: ${cause.message}`, { cause });
  }

  /** The error that left the storage without a value; null if it has one. */
  get lost(): NablaError | null {
    return this.#lost;
  }

  /** Throws if the storage does not hold the value that was assigned last. */
  checkCurrent(): void {
    const told = this.#failure;
    if (told) this.#drop();
    if (told) throw told.error;
    if (this.#lost) throw this.#lost;
  }

  /** The error of `node`, the node of a failed version. The version is dropped, since the caller reports the error. */
  tell(node: Node): NablaError | null {
    const error = this.#failure?.error ?? null;
    if (this.#node === node) this.#drop();
    return error;
  }

  /** Drops the assignment that has failed, so that the version before it is current again. */
  #drop(): void {
    // A first value is kept, since there is none before it.
    if (this.#failure?.version === this.#version && this.#pending && (this.#written || this.#first)) {
      this.#nextVersion();
      this.#pending = this.#first;
      if (this.#first) {
        dirty.add(this);
        this.#lost = this.#first = null;
      } else dirty.delete(this);
    }
    this.#failure = null;
  }

  #nextVersion(): void {
    if (this.#node && this.#isRead) this.#waiting.push({ version: this.#version, node: new WeakRef(this.#node) });
    this.#node = null;
    this.#isRead = false;
    this.#version++;
  }

  /** Copies the storage into reads of versions up to `last`. If that fails, they keep waiting. */
  #copyToReads(last: number): Promise<void> | undefined {
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

  /** The storage in `owner`'s memory, allocated at the first use. Numbers in another backend's memory are moved. */
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

  /** Frees the storage. */
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
 * The error for a reader of `nodes`, whose computation failed with `error`. If an assignment behind them has failed,
 * that error names its variable, and the assignment is dropped.
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

/** The initial value of a variable that is made in a trace, rewritten to use no nodes of the trace. */
function outsideOf(initial: Node, name: string, { reads, firstId }: Trace): Node {
  const isKnown = (node: Node): boolean => node.id < firstId || node.value !== undefined;
  if (topologicalOrder([initial], isKnown).some((node) => isArgument(node) && !isKnown(node))) {
    throw new ArgumentError(
      `variable: the initial value of ${name} depends on an argument of the function under compile. ` +
        "Make the variable outside, and assign it inside.",
    );
  }
  const [value] = replaceNodes([initial], (node) => {
    if (isKnown(node)) return node;
    return isRead(node) && reads.get(node.attrs.variable) === node ? node.attrs.variable.nodeOutside() : null;
  });
  return value;
}

/** Redirects an existing node to an equal one, in place. */
function redirect(node: Node, other: Node): void {
  Object.assign(node, { op: other.op, inputs: other.inputs, attrs: other.attrs });
}
