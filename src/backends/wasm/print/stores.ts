// Prints stores: of whole vectors, of their first lanes, lane by lane, or adding to memory.
import type { Buffer } from "../../../compile/expression.ts";
import { dtypeInfo } from "../../../dtype.ts";
import type { FunctionBuilder, Local } from "../assemble/assembler.ts";
import type { Opcode } from "../assemble/instructions.ts";
import type { VectorAffine } from "./expand.ts";
import type { VectorPrinter } from "./vector-printer.ts";

/**
 * Stores the first `lanes` lanes of the vector in the local `from`. If all lanes share one address, the first is
 * stored.
 */
export function printStore(
  p: VectorPrinter,
  buffer: Buffer,
  at: VectorAffine,
  from: Local,
  lanes: number,
  accumulate = false,
): void {
  const { f } = p;
  const spread = p.vectorAxis < 0 ? "same" : p.spread(at);
  if (accumulate) {
    if (spread === "contiguous") addRun(p, buffer, at, from, lanes);
    else addLanes(p, buffer, at, from, p.vectorAxis < 0 ? 1 : lanes);
    return;
  }
  const { bytes } = dtypeInfo(buffer.dtype);
  const value = bytes === 4 ? from : lowBytes(f, buffer, from);
  if (spread === "scattered") {
    for (let lane = 0; lane < lanes; lane++) {
      const offset = p.pushAddress(buffer, at, lane);
      f.get(value).emit(pieces[bytes >> 1]!, offset, lane);
    }
  } else storeRun(p, buffer, at, value, spread === "same" ? 1 : lanes);
  if (value !== from) f.release(value, "v128");
}

/** The instructions that store 1, 2, 4, 8 and 16 bytes. */
const pieces = [
  "v128.store8_lane",
  "v128.store16_lane",
  "v128.store32_lane",
  "v128.store64_lane",
  "v128.store",
] as const satisfies Opcode[];

/** Packs the low bytes of the four lanes, one or two of each, into adjacent bytes. */
function lowBytes(f: FunctionBuilder, buffer: Buffer, from: Local): Local {
  const value = f.local("v128");
  f.get(from);
  if (buffer.dtype === "bool") f.splat(1, "i32").emit("v128.and");
  const { bytes } = dtypeInfo(buffer.dtype);
  const order = Array.from({ length: 16 }, (_, i) => 4 * (Math.floor(i / bytes) % 4) + (i % bytes));
  f.tee(value)
    .get(value)
    .emit("i8x16.shuffle", ...order)
    .set(value);
  return value;
}

/** Stores contiguous lanes; three of them as a pair and a single one. */
function storeRun(p: VectorPrinter, buffer: Buffer, at: VectorAffine, value: Local, lanes: number): void {
  const { f } = p;
  const { bytes } = dtypeInfo(buffer.dtype);
  /** Stores `count` elements, a power of two. */
  const piece = (count: number, first: number, lane: number): void => {
    const op = pieces[Math.log2(bytes * count)]!;
    const offset = p.pushAddress(buffer, at) + first * bytes;
    f.get(value);
    if (op === "v128.store") f.emit(op, offset);
    else f.emit(op, offset, lane);
  };
  if (lanes === 4) return piece(4, 0, 0);
  if (lanes >= 2) piece(2, 0, 0);
  if (lanes !== 2) piece(1, lanes - 1, lanes - 1);
}

function addRun(p: VectorPrinter, buffer: Buffer, at: VectorAffine, from: Local, lanes: number): void {
  const { f } = p;
  const total = f.local("v128");
  const offset = p.pushAddress(buffer, at);
  f.emit("v128.load", offset)
    .get(from)
    .emit(dtypeInfo(buffer.dtype).isFloat ? "f32x4.add" : "i32x4.add")
    .set(total);
  storeRun(p, buffer, at, total, lanes);
  f.release(total, "v128");
}

/** Adds lane by lane: two lanes may have the same address. */
function addLanes(p: VectorPrinter, buffer: Buffer, at: VectorAffine, from: Local, lanes: number): void {
  const { f } = p;
  const float = dtypeInfo(buffer.dtype).isFloat;
  const address = f.local("i32");
  for (let lane = 0; lane < lanes; lane++) {
    const offset = p.pushAddress(buffer, at, lane);
    f.tee(address)
      .get(address)
      .emit(float ? "f32.load" : "i32.load", offset);
    f.get(from).emit(float ? "f32x4.extract_lane" : "i32x4.extract_lane", lane);
    f.emit(float ? "f32.add" : "i32.add").emit(float ? "f32.store" : "i32.store", offset);
  }
  f.release(address, "i32");
}
