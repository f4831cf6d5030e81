// Prints the walk over a program: its kernels in order, for one thread from end to end, or for several phase by phase.
import {
  type Address,
  type Addresses,
  programAddresses,
  sameAddress,
  stepAddresses,
} from "../../../compile/address.ts";
import { type Buffer, bytesOf } from "../../../compile/expression.ts";
import { type Kernel, kernelBuffers, type Plan } from "../../../compile/kernel.ts";
import { kernelKey } from "../../../compile/kernel-key.ts";
import { dtypeInfo } from "../../../dtype.ts";
import { FunctionBuilder, type Local, type ModuleBuilder } from "../assemble/assembler.ts";
import { contractScratchBytes, packedBuffers } from "../print/blocking.ts";
import { printKernelPieces } from "../print/kernels.ts";
import { mostUnitsOfPhase, type Piece } from "../print/piece.ts";
import { type Rebased, rebase } from "../print/rebase.ts";
import type { Target } from "../print/target.ts";
import { deepestLoop, endPhase } from "./control.ts";
import { type LoopEnds, printWork } from "./share.ts";

/** One action of a program: a piece of a kernel, a fill with zeros, or a copy. */
interface Action {
  readonly units: number;
  readonly work: number;
  /** Prints code for the units `first` ≤ unit < `last`. */
  readonly print: (w: Walker, first: () => void, last: () => void) => void;
}

/** A loop: its items run `length` times, while counter number `depth` counts up from 0. */
interface Repetition {
  readonly length: number;
  readonly depth: number;
  readonly items: readonly Item[];
}

type Item = Action | Repetition;

/** A function under construction, with the locals and code from which addresses are made. */
interface Walker {
  readonly f: FunctionBuilder;
  readonly arena: Local;
  readonly own: Local;
  /** Pushes the address of a variable's elements. */
  readonly variable: (index: number) => void;
  /** Pushes the counter of a loop. */
  readonly counter: (depth: number) => void;
}

/** A step of the walk as threads share it: items that one thread executes, or one action that is cut into units. */
interface Phase {
  readonly actions: readonly Item[];
  readonly units: number;
  readonly ends: LoopEnds[number][];
}

/** Facts about a printed program. */
export interface Walk {
  /** Number of units of each phase. Phases run one after the other; any thread runs the units of one, in any order. */
  readonly units: readonly number[];
  /** Bytes that each thread needs for itself. */
  readonly ownBytes: number;
  /** Cost of a step, in simple vector instructions, and of the most expensive unit. */
  readonly work: number;
  readonly unitWork: number;
}

/** Least divisible work of a step that is shared: about ten microseconds, below which waking a worker costs more. */
const leastShared = 40_000;
/** A step of more work, about half a millisecond, is always made shareable: a page runs it on workers or in slices. */
const mostAtOnce = 2_000_000;
/**
 * Prints a whole program into `module`, which exports `run` and, if there is enough to share, `work`. A profiled one
 * exports `kernel` instead, which runs a single kernel.
 */
export function printWalk(module: ModuleBuilder, plan: Plan, target: Target, profiled = false): Walk {
  const printer = new ItemPrinter(module, target);
  const addresses = programAddresses(plan);
  const itemsOf = plan.kernels.map((kernel) => printer.kernel(kernel, plan, addresses, 0, 0));
  const copies = printer.copies(plan, addresses);
  const items = [...itemsOf.flat(), ...copies];
  if (profiled) module.export("kernel", module.add(printPhases([...itemsOf, copies].map(alone))));
  else module.export("run", module.add(printRun(items)));
  const phases = phasesOf(items);
  const work = workOf(items, false);
  const shares = workOf(items, true) >= leastShared || work >= mostAtOnce;
  const fits = phases.length < endPhase && phases.every((phase) => phase.units <= mostUnitsOfPhase);
  if (shares && fits && !profiled)
    module.export("work", module.add(printWork(module.add(printPhases(phases)), phases)));
  const unitWork = phases.reduce((most, { actions, units }) => Math.max(most, workOf(actions, false) / units), 0);
  return { units: phases.map((phase) => phase.units), ownBytes: printer.ownBytes, work, unitWork };
}

const isRepetition = (item: Item): item is Repetition => "items" in item;

/** Cost of the items; with `shared` only of those that several threads can share. */
function workOf(items: readonly Item[], shared: boolean): number {
  return items.reduce(
    (n, item) =>
      n + (isRepetition(item) ? item.length * workOf(item.items, shared) : shared && item.units === 1 ? 0 : item.work),
    0,
  );
}

/** A piece of a kernel, and its function's index in the module. */
interface PrintedPiece {
  readonly piece: Piece;
  readonly index: number;
}

/** Prints the kernels of a plan as functions, and lists the items that call them. */
class ItemPrinter {
  readonly #module: ModuleBuilder;
  readonly #target: Target;
  readonly #pieces = new Map<string, readonly PrintedPiece[]>();
  #kernels = 0;
  ownBytes = 0;

  constructor(module: ModuleBuilder, target: Target) {
    this.#module = module;
    this.#target = target;
  }

  /** The items of a kernel, `depth` loops deep. The memory of its plan begins at `base` in the arena. */
  kernel(kernel: Kernel, plan: Plan, addresses: Addresses, base: number, depth: number): Item[] {
    const scratch = base + (plan.scratch.get(kernel) ?? 0);
    if (kernel.loop) return this.#loop(kernel, addresses, scratch, depth);
    const items: Item[] = [];
    // A scatter adds to memory, which must be zero first.
    for (const { buffer, accumulate } of kernel.stores) {
      if (!accumulate) continue;
      items.push(
        single((w) => {
          push(w, addresses(buffer));
          w.f.i32(0).i32(bytesOf(buffer)).emit("memory.fill");
        }),
      );
    }
    const { starts, pieces } = this.#printed(kernel);
    const buffers = kernelBuffers(kernel);
    const packed = plan.kept.has(kernel) ? packedBuffers(kernel, this.#target)! : null;
    for (const [i, { piece, index }] of pieces.entries()) {
      // The piece that packs columns before a loop reads them alone; there, slices have no address.
      const reads = (buffer: Buffer): boolean => i > 0 || packed === null || packed.includes(buffer);
      items.push({
        units: piece.units,
        work: piece.work,
        print: (w, first, last) => {
          for (const buffer of buffers)
            if (reads(buffer)) push(w, addresses(buffer), (starts.get(buffer) ?? 0) * dtypeInfo(buffer.dtype).bytes);
            else w.f.i32(0);
          if (piece.divides) {
            w.f.get(w.arena);
            if (contractScratchBytes(kernel, this.#target) > 0) w.f.plus(scratch);
            w.f.get(w.own);
            first();
            last();
          }
          w.f.emit("call", index);
        },
      });
    }
    return items;
  }

  /** The printed pieces of a kernel. Equal layers of a model give equal kernels, which are printed once. */
  #printed(kernel: Kernel): { starts: Rebased["starts"]; pieces: readonly PrintedPiece[] } {
    const { kernel: rebased, starts } = rebase(kernel);
    const key = kernelKey(rebased);
    const number = this.#kernels++;
    const known = this.#pieces.get(key);
    if (known) return { starts, pieces: known };
    const pieces = printKernelPieces(rebased, `kernel_${number}`, this.#target, this.#module).map((piece) => ({
      piece,
      index: this.#module.add(piece.f),
    }));
    for (const { piece } of pieces) this.ownBytes = Math.max(this.ownBytes, piece.ownBytes);
    this.#pieces.set(key, pieces);
    return { starts, pieces };
  }

  #loop({ loop }: Kernel, addresses: Addresses, scratch: number, depth: number): Item[] {
    const { length, step, carries } = loop!;
    const begin = carries.flatMap(({ init, result }) => copy(addresses(result), addresses(init), bytesOf(init)));
    if (length === 0) return begin;
    const inside = stepAddresses(loop!, addresses, scratch, depth);
    const items: Item[] = [];
    for (const kernel of step.plan.kernels) {
      const own = this.kernel(kernel, step.plan, inside, scratch, depth + 1);
      // The columns that all steps share are packed once.
      if (step.plan.kept.has(kernel)) begin.push(own.shift()!);
      items.push(...own);
    }
    items.push(...this.copies(step.plan, inside));
    return items.length === 0 ? begin : [...begin, { length, depth, items }];
  }

  /** The assignments that are copied after all kernels, because some kernel reads the old value. */
  copies(plan: Plan, addresses: Addresses): Item[] {
    return plan.copies.flatMap(({ from, variable }) => {
      const to = addresses({ name: "", dtype: from.dtype, size: from.size, place: "variable", index: variable });
      return copy(to, addresses(from), bytesOf(from));
    });
  }
}

/** Cost of a copy, in vector instructions. */
const copyingCost = (bytes: number): number => bytes / 16;

function copy(to: Address, from: Address, bytes: number): Item[] {
  if (bytes === 0 || sameAddress(to, from)) return [];
  return [
    single((w) => {
      push(w, to);
      push(w, from);
      w.f.i32(bytes).emit("memory.copy");
    }, copyingCost(bytes)),
  ];
}

const single = (print: (w: Walker) => void, work = 0): Action => ({ units: 1, work, print: (w) => print(w) });

/** Pushes an address plus `further` bytes. */
function push(w: Walker, { base, offset, steps }: Address, further = 0): void {
  if (base === "arena") w.f.get(w.arena);
  else w.variable(base.variable);
  w.f.plus(offset + further);
  for (const { depth, bytes } of steps) {
    w.counter(depth);
    w.f.times(bytes).emit("i32.add");
  }
}

/** A phase of one unit, which executes all items. */
const alone = (actions: readonly Item[]): Phase => ({ actions, units: 1, ends: [] });

/** True if no part of an item can be shared, or its loop is nested too deep. */
const isOneThreads = (item: Item): boolean =>
  isRepetition(item) ? item.depth >= deepestLoop || item.items.every(isOneThreads) : item.units === 1;

/** Divides items into phases. Adjacent items that cannot be shared are one phase; each of the others is its own. */
function phasesOf(items: readonly Item[]): Phase[] {
  const phases: Phase[] = [];
  // The phase to which items can still be added; null at the beginning of a loop and after its end.
  let open: Item[] | null = null;
  const walk = (of: readonly Item[]): void => {
    for (const item of of) {
      if (isOneThreads(item)) {
        if (open) open.push(item);
        else phases.push(alone((open = [item])));
        continue;
      }
      open = null;
      if (!isRepetition(item)) {
        phases.push({ actions: [item], units: item.units, ends: [] });
        continue;
      }
      const first = phases.length;
      walk(item.items);
      phases[phases.length - 1]!.ends.push({ length: item.length, depth: item.depth, first });
      open = null;
    }
  };
  walk(items);
  return phases;
}

/** Prints items one after the other, all units of each, with loop counters in locals. */
function printItems(w: Walker, items: readonly Item[], counters: readonly Local[] = []): void {
  const inner: Walker = {
    ...w,
    counter: (depth) =>
      depth < counters.length && counters[depth]! >= 0 ? void w.f.get(counters[depth]!) : w.counter(depth),
  };
  for (const item of items) {
    if (!isRepetition(item))
      item.print(
        inner,
        () => w.f.i32(0),
        () => w.f.i32(item.units),
      );
    else {
      const counter = w.f.local("i32");
      const own = [...counters];
      while (own.length < item.depth) own.push(-1);
      own[item.depth] = counter;
      w.f.countedLoop(counter, 0, item.length, 1, () => printItems(w, item.items, own));
      w.f.release(counter, "i32");
    }
  }
}

const noCounter = (): void => {
  throw new Error("expected a loop's counter inside of the loop only, got it outside");
};

/** run(steps, arena, variables, own): all steps, kernel after kernel, on one thread. */
function printRun(items: readonly Item[]): FunctionBuilder {
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [steps, arena, table, own] = [0, 1, 2, 3];
  f.emit("loop");
  printItems(
    { f, arena, own, variable: (index) => void f.get(table).emit("i32.load", 4 * index), counter: noCounter },
    items,
  );
  f.get(steps).i32(1).emit("i32.sub").tee(steps).emit("br_if", 0).emit("end");
  return f;
}

/** phase(number, unit, arena, variables, own, counters): one unit of a phase. */
function printPhases(phases: readonly Phase[]): FunctionBuilder {
  const f = new FunctionBuilder("phase", ["i32", "i32", "i32", "i32", "i32", "i32"]);
  const [number, unit, arena, table, own, counters] = [0, 1, 2, 3, 4, 5];
  const w: Walker = {
    f,
    arena,
    own,
    variable: (index) => void f.get(table).emit("i32.load", 4 * index),
    counter: (depth) => void f.get(counters).emit("i32.load", 4 * depth),
  };
  f.emit("block");
  for (const _ of phases) f.emit("block");
  f.get(number).emit("br_table", ...phases.map((_, i) => i), phases.length);
  phases.forEach(({ actions, units }, i) => {
    f.emit("end");
    if (units === 1) printItems(w, actions);
    else
      (actions[0] as Action).print(
        w,
        () => f.get(unit),
        () => f.get(unit).plus(1),
      );
    f.emit("br", phases.length - 1 - i);
  });
  f.emit("end");
  return f;
}
