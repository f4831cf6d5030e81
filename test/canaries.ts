// Canaries around every buffer, in all tests: memory that belongs to no buffer holds a pattern, and a run that changes
// it fails. They are set once in a process; each file of tests that runs there forgets the buffers of those before it.

import { contractScratchBytes } from "../src/backends/wasm/print/blocking.ts";
import type { Target } from "../src/backends/wasm/print/target.ts";
import { WasmDevice } from "../src/backends/wasm/run/device.ts";
import { DeviceMemory } from "../src/backends/wasm/run/memory.ts";
import { WasmProgram } from "../src/backends/wasm/run/program.ts";
import { bytesOf } from "../src/compile/expression.ts";
import type { Plan } from "../src/compile/kernel.ts";
import { dtypeInfo } from "../src/dtype.ts";
import type { Graph } from "../src/graph/graph.ts";
import { sizeOf } from "../src/shape.ts";

/** From one byte to before another. */
type Range = readonly [start: number, end: number];

/**
 * The pattern of memory that belongs to no buffer. As floats its words are NaN, so that a result computed from them is
 * NaN; and each differs from its neighbours, so that a copy of too many bytes changes the pattern.
 */
const pattern = new Uint8Array(
  Uint32Array.from({ length: 2 ** 14 }, (_, i) => 0x7fc00000 | (Math.imul(i, 0x9e3779b1) >>> 10)).buffer,
);

/** Writes the pattern over a range of a memory. */
function fillCanaries({ buffer }: WebAssembly.Memory, [start, end]: Range): void {
  for (let at = start; at < end; ) {
    const from = at % pattern.length;
    const length = Math.min(end - at, pattern.length - from);
    new Uint8Array(buffer, at, length).set(pattern.subarray(from, from + length));
    at += length;
  }
}

/** All bytes of a memory, which grows into another buffer. */
let seen = new Uint8Array();
function bytesNow({ buffer }: WebAssembly.Memory): Uint8Array {
  if (seen.buffer !== buffer) seen = new Uint8Array(buffer);
  return seen;
}

/**
 * Throws where a range does not hold the pattern any more. It runs for every live buffer after every run of a program,
 * so its loop is a plain one.
 */
function checkCanaries(bytes: Uint8Array, start: number, end: number, what: () => string): void {
  const mask = pattern.length - 1;
  for (let at = start; at < end; at++)
    if (bytes[at] !== pattern[at & mask]) throw new Error(`a kernel has written ${at - start} bytes past ${what()}.`);
}

/** The ranges of an arena that no buffer ever occupies. */
function unusedRanges(graph: Graph, plan: Plan, target: Target): Range[] {
  const unused: Range[] = [];
  let end = 0;
  for (const [from, to] of usedRanges(graph, plan, target, 0).sort((a, b) => a[0] - b[0])) {
    if (from > end) unused.push([end, from]);
    end = Math.max(end, to);
  }
  return [...unused, [end, plan.arenaBytes]];
}

function usedRanges(graph: Graph, plan: Plan, target: Target, base: number): Range[] {
  const range = (start: number, bytes: number): Range => [base + start, base + start + bytes];
  return [
    ...plan.inputs.map((start, i) =>
      range(start, sizeOf(graph.inputs[i]!.shape) * dtypeInfo(graph.inputs[i]!.dtype).bytes),
    ),
    ...[...plan.offsets].map(([buffer, start]) => range(start, bytesOf(buffer))),
    ...[...plan.scratch].flatMap(([kernel, start]) =>
      kernel.loop
        ? usedRanges(kernel.loop.step.graph, kernel.loop.step.plan, target, base + start)
        : [range(start, contractScratchBytes(kernel, target))],
    ),
  ];
}

/** The end of the guard behind a stretch: its slack, and what rounds it up. */
const guardEnd = (end: number): number => Math.ceil((end + 64) / 64) * 64;

/** Sets the canaries of this process, and returns what forgets the buffers that there are. */
function install(): () => void {
  /** The bytes that were asked for, by memory and address. */
  let asked = new WeakMap<DeviceMemory, Map<number, number>>();

  const { allocate, free } = DeviceMemory.prototype;
  DeviceMemory.prototype.allocate = function (bytes) {
    const start = allocate.call(this, bytes);
    let known = asked.get(this);
    if (!known) {
      asked.set(this, (known = new Map([[0, 0]])));
      fillCanaries(this.memory, [0, 64]);
    }
    known.set(start, bytes);
    fillCanaries(this.memory, [start, guardEnd(start + bytes)]);
    return start;
  };
  DeviceMemory.prototype.free = function (start) {
    asked.get(this)?.delete(start);
    free.call(this, start);
  };

  const { arena } = WasmDevice.prototype;
  WasmDevice.prototype.arena = function (bytes) {
    const start = arena.call(this, bytes);
    fillCanaries(this.memory.memory, [start, start + bytes]);
    const { own } = this.threads;
    // No program finds what an earlier one left in the threads' own memory.
    for (const address of own.addresses) fillCanaries(this.memory.memory, [address, address + own.bytes]);
    return start;
  };

  /** The ranges of each program's arena that no buffer ever occupies. */
  const unused = new WeakMap<WasmProgram, readonly Range[]>();

  const { compile } = WasmProgram;
  WasmProgram.compile = async (device, graph) => {
    const { target } = device;
    const program = await compile.call(WasmProgram, device, graph);
    unused.set(program, unusedRanges(program.graph, program.plan, target));
    return program;
  };

  const { run } = WasmProgram.prototype;
  WasmProgram.prototype.run = async function (...given) {
    const numbers = await run.apply(this, given);
    const { memory } = this.device;
    const first = arena.call(this.device, 0);
    const bytes = bytesNow(memory.memory);
    for (const [start, end] of unused.get(this)!)
      checkCanaries(bytes, first + start, first + end, () => `the end of what lies before byte ${start} of the arena`);
    for (const [start, length] of asked.get(memory) ?? []) {
      const end = start + length;
      checkCanaries(bytes, end, start === 0 ? 64 : guardEnd(end), () => `the end of the ${length} bytes at ${start}`);
    }
    return numbers;
  };

  return () => (asked = new WeakMap());
}

const mark = Symbol.for("nabla.test.canaries");
const marked = DeviceMemory.prototype as { [mark]?: () => void };
marked[mark] ??= install();
marked[mark]();
