// The functions that walk a program: `run`, by one thread from end to end, and `work`, by several that share each phase.
import type { Buffer } from "../../compile/expression.ts";
import { kernelBuffers } from "../../compile/kernel.ts";
import type { Plan } from "../../compile/plan.ts";
import { bytesOf } from "../../compile/schedule.ts";
import type { Graph } from "../../graph/graph.ts";
import { FunctionBuilder, type Local, type ModuleBuilder } from "./assembler.ts";
import { contractScratchBytes } from "./blocking.ts";
import { control, endPhase, mostUnitsOfPhase, ticketBits } from "./control.ts";
import { printKernelPieces } from "./kernels.ts";
import type { Piece } from "./piece.ts";

/** Something that the program does: a piece of a kernel, zeros for a scatter, a copy into a variable. */
interface Action {
  readonly units: number;
  readonly work: number;
  /** Prints the doing of the units from `first` to before `last`. */
  readonly print: (w: Walker, first: () => void, last: () => void) => void;
}

/** A function that has the addresses at hand. */
interface Walker {
  readonly f: FunctionBuilder;
  readonly arena: Local;
  readonly own: Local;
  /** Pushes the address of a variable's numbers. */
  readonly variable: (index: number) => void;
}

/** What comes out of printing a program. */
export interface Walk {
  /** How many units each phase has; phases come one after the other, the units of one in any order and by any thread. */
  readonly units: readonly number[];
  /** Bytes of its own memory that each thread needs. */
  readonly ownBytes: number;
  /** Whether enough of the work can be shared for several threads to be worth it. */
  readonly shares: boolean;
}

/** Work that must be shareable in a step before anybody else is woken. */
const leastShared = 40_000;
/** Work of a step that a page's main thread does not take upon itself in one go. About half a millisecond. */
const mostAtOnce = 2_000_000;
/** How often a thread looks at the ticket before it lies down: some ten microseconds. */
const spins = 6000;
/** How long it sleeps before it asks what has become of the others, in nanoseconds. */
const patience = 50_000_000;

/** Prints all of a program into `module`, with its exports `run` and `work`; or, for a profile, with `kernel`, which does one alone. */
export function printWalk(module: ModuleBuilder, graph: Graph, plan: Plan, fused: boolean, profiled = false): Walk {
  const pieces: Piece[] = [];
  const actionsOf = plan.kernels.map((kernel, k) => {
    const actions: Action[] = [];
    const add = (action: Action): void => void actions.push(action);
    // What a scatter adds to begins as zeros.
    for (const { buffer, accumulate } of kernel.stores) {
      if (accumulate) add(single(({ f, ...w }) => {
        address(plan, { f, ...w }, buffer);
        f.i32(0).i32(bytesOf(buffer)).emit("memory.fill");
      }));
    }
    for (const piece of printKernelPieces(kernel, `kernel_${k}`, fused, module)) {
      const place = module.add(piece.f);
      pieces.push(piece);
      add({
        units: piece.units,
        work: piece.work,
        print: (w, first, last) => {
          for (const buffer of kernelBuffers(kernel)) address(plan, w, buffer);
          if (piece.divides) {
            w.f.get(w.arena);
            if (contractScratchBytes(kernel) > 0) w.f.plus(plan.scratch.get(kernel)!);
            w.f.get(w.own);
            first();
            last();
          }
          w.f.emit("call", place);
        },
      });
    }
    return actions;
  });
  const copies = plan.copies.map(({ from, variable }) =>
    single((w) => {
      w.variable(variable);
      address(plan, w, from);
      w.f.i32(bytesOf(from)).emit("memory.copy");
    }),
  );
  const actions = [...actionsOf.flat(), ...copies];
  const phases = phasesOf(actions);
  const shared = actions.reduce((n, a) => n + (a.units > 1 ? a.work : 0), 0);
  const whole = actions.reduce((n, a) => n + a.work, 0);
  const shares = (shared >= leastShared || whole >= mostAtOnce) && phases.length < endPhase && phases.every((phase) => phase[0]!.units <= mostUnitsOfPhase);
  if (profiled) module.export("kernel", module.add(printPhases([...actionsOf, copies], true)));
  else module.export("run", module.add(printRun(actions, graph.variables.length)));
  if (shares && !profiled) module.export("work", module.add(printWork(module.add(printPhases(phases, false)), phases.length)));
  return {
    units: phases.map((phase) => phase[0]?.units ?? 1),
    ownBytes: pieces.reduce((n, piece) => Math.max(n, piece.ownBytes), 0),
    shares,
  };
}

const single = (print: (w: Walker) => void): Action => ({ units: 1, work: 0, print: (w) => print(w) });

function address(plan: Plan, w: Walker, buffer: Buffer): void {
  const variable = buffer.place === "variable" ? buffer.index : plan.inVariables.get(buffer);
  if (variable !== undefined) w.variable(variable);
  else w.f.get(w.arena).plus(buffer.place === "input" ? plan.inputs[buffer.index]! : plan.offsets.get(buffer)!);
}

/** Actions that cannot be shared make one phase with their neighbours; one that can is a phase of its own. */
function phasesOf(actions: readonly Action[]): Action[][] {
  const phases: Action[][] = [];
  for (const action of actions) {
    const last = phases[phases.length - 1];
    if (action.units === 1 && last?.[0]?.units === 1) last.push(action);
    else phases.push([action]);
  }
  return phases;
}

/** run(steps, arena, variables, own): every step, kernel after kernel. */
function printRun(actions: readonly Action[], variableCount: number): FunctionBuilder {
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [steps, arena, table, own] = [0, 1, 2, 3];
  const variables = Array.from({ length: variableCount }, (_, i): Local => {
    const local = f.local("i32");
    f.get(table).emit("i32.load", 4 * i).set(local);
    return local;
  });
  const w: Walker = { f, arena, own, variable: (index) => void f.get(variables[index]!) };
  f.emit("loop");
  for (const action of actions) action.print(w, () => f.i32(0), () => f.i32(action.units));
  f.get(steps).i32(1).emit("i32.sub").tee(steps).emit("br_if", 0).emit("end");
  return f;
}

/** phase(number, unit, arena, variables, own): one unit of a phase; or, where `whole`, all of its units. */
function printPhases(phases: readonly (readonly Action[])[], whole: boolean): FunctionBuilder {
  const f = new FunctionBuilder("phase", ["i32", "i32", "i32", "i32", "i32"]);
  const [number, unit, arena, table, own] = [0, 1, 2, 3, 4];
  const w: Walker = { f, arena, own, variable: (index) => void f.get(table).emit("i32.load", 4 * index) };
  f.emit("block");
  for (const _ of phases) f.emit("block");
  f.get(number).emit("br_table", ...phases.map((_, i) => i), phases.length);
  phases.forEach((phase, i) => {
    f.emit("end");
    for (const action of phase) {
      if (whole || action.units === 1) action.print(w, () => f.i32(0), () => f.i32(action.units));
      else action.print(w, () => f.get(unit), () => f.get(unit).plus(1));
    }
    f.emit("br", phases.length - 1 - i);
  });
  f.emit("end");
  return f;
}

/**
 * work(control, job, own, limit): takes units of the job, as long as there are any. Gives 0 when the job is over, 1 where
 * nobody has begun a phase for some time, so that the others may be dead, and 2 after `limit` units.
 */
function printWork(phase: number, phases: number): FunctionBuilder {
  const f = new FunctionBuilder("work", ["i32", "i32", "i32", "i32"], "i32");
  const [at, job, own, limit] = [0, 1, 2, 3];
  const [ticket, number, unit, next, spin] = [f.local("i64"), f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32")];
  const giveBack = (status: number): void => void f.i32(status).emit("return");
  const unitsOf = (which: Local): void => void f.get(at).emit("i32.load", control.units).get(which).times(4).emit("i32.add").emit("i32.load", 0);
  const part = (bits: number, mask: number): void => void f.get(ticket).emit("i64.const", bits).emit("i64.shr_u").emit("i32.wrap_i64").i32(mask).emit("i32.and");
  const load = (): FunctionBuilder => f.get(at).emit("i64.atomic.load", control.ticket, 3);

  f.emit("loop");
  load().set(ticket);
  part(ticketBits.job, -1);
  f.get(job).emit("i32.ne").emit("if");
  giveBack(0);
  f.emit("end");
  part(ticketBits.phase, endPhase);
  f.tee(number).i32(endPhase).emit("i32.eq").emit("if");
  giveBack(0);
  f.emit("end");
  part(0, mostUnitsOfPhase);
  f.set(unit);

  f.get(unit);
  unitsOf(number);
  f.emit("i32.lt_u").emit("if");
  f.get(at).get(ticket).get(ticket).emit("i64.const", 1).emit("i64.add").emit("i64.atomic.rmw.cmpxchg", control.ticket, 3);
  f.get(ticket).emit("i64.eq").emit("if");
  f.get(number).get(unit).get(at).emit("i32.load", control.arena).get(at).emit("i32.load", control.variables).get(own).emit("call", phase);
  f.get(at).i32(1).emit("i32.atomic.rmw.sub", control.left, 2).i32(1).emit("i32.eq").emit("if");
  // The last unit of the phase: the next phase, or the next step, or the end.
  f.get(number).plus(1).tee(next).i32(phases).emit("i32.eq").emit("if");
  f.i32(0).set(next);
  f.get(at).get(at).emit("i32.load", control.steps).i32(1).emit("i32.sub").tee(spin).emit("i32.store", control.steps);
  f.get(spin).emit("i32.eqz").emit("if").i32(endPhase).set(next).emit("end");
  f.emit("end");
  f.get(next).i32(endPhase).emit("i32.ne").emit("if").get(at);
  unitsOf(next);
  f.emit("i32.atomic.store", control.left, 2).emit("end");
  f.get(at).get(job).emit("i64.extend_i32_u").emit("i64.const", ticketBits.job).emit("i64.shl");
  part(ticketBits.sequence, 0xff);
  f.plus(1).i32(0xff).emit("i32.and").emit("i64.extend_i32_u").emit("i64.const", ticketBits.sequence).emit("i64.shl").emit("i64.or");
  f.get(next).emit("i64.extend_i32_u").emit("i64.const", ticketBits.phase).emit("i64.shl").emit("i64.or");
  f.emit("i64.atomic.store", control.ticket, 3);
  f.get(at).emit("i32.atomic.load", control.sleepers, 2).emit("if");
  f.get(at).i32(-1).emit("memory.atomic.notify", control.ticket, 2).emit("drop").emit("end");
  f.emit("end");
  f.get(limit).i32(1).emit("i32.sub").tee(limit).emit("i32.eqz").emit("if");
  giveBack(2);
  f.emit("end").emit("end");
  f.emit("br", 1).emit("end");

  // Nothing to take: others are at it. Look a while, then lie down.
  f.i32(spins).set(spin).emit("loop");
  load().get(ticket).emit("i64.ne").emit("br_if", 1);
  f.get(spin).i32(1).emit("i32.sub").tee(spin).emit("br_if", 0).emit("end");
  f.get(at).i32(1).emit("i32.atomic.rmw.add", control.sleepers, 2).emit("drop");
  f.get(at).get(ticket).emit("i64.const", patience).emit("memory.atomic.wait64", control.ticket, 3).set(next);
  f.get(at).i32(1).emit("i32.atomic.rmw.sub", control.sleepers, 2).emit("drop");
  f.get(next).i32(2).emit("i32.ne").emit("br_if", 0);
  f.emit("end");
  f.i32(1);
  return f;
}
