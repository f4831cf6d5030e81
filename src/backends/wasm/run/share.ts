// Prints the function by which threads share a program's phases: each takes units from the ticket until the job is
// over.
import { FunctionBuilder, type Local } from "../assemble/assembler.ts";
import { mostUnitsOfPhase } from "../print/piece.ts";
import { control, endPhase, ticketBits } from "./control.ts";

/** The loops that end with a phase, innermost first: length, depth, and the phase with which each one begins. */
export type LoopEnds = readonly { readonly length: number; readonly depth: number; readonly first: number }[];

/**
 * Number of polls of the ticket before a thread sleeps: some ten microseconds, the cost of falling asleep and waking
 * up.
 */
const spins = 6000;
/** Longest sleep in nanoseconds, after which the caller checks that the other threads are alive. */
const patience = 50_000_000;

/**
 * work(control, job, own, limit): takes units of the job as long as there are any. Returns 0 when the job is over, 1 if
 * the ticket has not changed during a whole sleep (the other threads may be dead), and 2 after `limit` units.
 */
export function printWork(phase: number, phases: readonly { readonly ends: LoopEnds }[]): FunctionBuilder {
  const f = new FunctionBuilder("work", ["i32", "i32", "i32", "i32"], "i32");
  const [at, job, own, limit] = [0, 1, 2, 3];
  const [ticket, number, unit, next, spin] = [
    f.local("i64"),
    f.local("i32"),
    f.local("i32"),
    f.local("i32"),
    f.local("i32"),
  ];
  const giveBack = (status: number): void => void f.i32(status).emit("return");
  const unitsOf = (which: Local): void =>
    void f.get(at).emit("i32.load", control.units).get(which).times(4).emit("i32.add").emit("i32.load", 0);
  const part = (bits: number, mask: number): void =>
    void f.get(ticket).emit("i64.const", bits).emit("i64.shr_u").emit("i32.wrap_i64").i32(mask).emit("i32.and");
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
  f.get(at)
    .get(ticket)
    .get(ticket)
    .emit("i64.const", 1)
    .emit("i64.add")
    .emit("i64.atomic.rmw.cmpxchg", control.ticket, 3);
  f.get(ticket).emit("i64.eq").emit("if");
  f.get(number)
    .get(unit)
    .get(at)
    .emit("i32.load", control.arena)
    .get(at)
    .emit("i32.load", control.variables)
    .get(own)
    .get(at)
    .plus(control.counters)
    .emit("call", phase);
  f.get(at).i32(1).emit("i32.atomic.rmw.sub", control.left, 2).i32(1).emit("i32.eq").emit("if");
  // This was the last unit of the phase: begin the next phase or step, or end the job.
  f.get(number).plus(1).set(next);
  printLoopEnds(f, phases, at, number, next, spin);
  f.get(next).i32(phases.length).emit("i32.eq").emit("if");
  f.i32(0).set(next);
  f.get(at).get(at).emit("i32.load", control.steps).i32(1).emit("i32.sub").tee(spin).emit("i32.store", control.steps);
  f.get(spin).emit("i32.eqz").emit("if").i32(endPhase).set(next).emit("end");
  f.emit("end");
  f.get(next).i32(endPhase).emit("i32.ne").emit("if").get(at);
  unitsOf(next);
  f.emit("i32.atomic.store", control.left, 2).emit("end");
  f.get(at).get(job).emit("i64.extend_i32_u").emit("i64.const", ticketBits.job).emit("i64.shl");
  part(ticketBits.sequence, 0xff);
  f.plus(1)
    .i32(0xff)
    .emit("i32.and")
    .emit("i64.extend_i32_u")
    .emit("i64.const", ticketBits.sequence)
    .emit("i64.shl")
    .emit("i64.or");
  f.get(next).emit("i64.extend_i32_u").emit("i64.const", ticketBits.phase).emit("i64.shl").emit("i64.or");
  f.emit("i64.atomic.store", control.ticket, 3);
  f.get(at).emit("i32.atomic.load", control.sleepers, 2).emit("if");
  f.get(at).i32(-1).emit("memory.atomic.notify", control.ticket, 2).emit("drop").emit("end");
  f.emit("end");
  f.get(limit).i32(1).emit("i32.sub").tee(limit).emit("i32.eqz").emit("if");
  giveBack(2);
  f.emit("end").emit("end");
  f.emit("br", 1).emit("end");

  // Other threads hold the last units. Poll the ticket for a while, then sleep on it.
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

/** After the last phase of a loop: begins the next iteration of the innermost loop that is not finished. */
function printLoopEnds(
  f: FunctionBuilder,
  phases: readonly { readonly ends: LoopEnds }[],
  at: Local,
  number: Local,
  next: Local,
  counter: Local,
): void {
  phases.forEach(({ ends }, i) => {
    if (ends.length === 0) return;
    f.get(number).i32(i).emit("i32.eq").emit("if").emit("block");
    for (const { length, depth, first } of ends) {
      const counterOffset = control.counters + 4 * depth;
      f.get(at).emit("i32.load", counterOffset).plus(1).set(counter);
      f.get(counter).i32(length).emit("i32.lt_u").emit("if");
      f.get(at).get(counter).emit("i32.store", counterOffset).i32(first).set(next).emit("br", 1).emit("end");
      f.get(at).i32(0).emit("i32.store", counterOffset);
    }
    f.emit("end").emit("end");
  });
}
