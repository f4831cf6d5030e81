// The frame of a blocked product's functions: their parameters, and the kernel's operands and stores as vectors.
import { type Kernel, kernelBuffers } from "../../../compile/kernel.ts";
import { FunctionBuilder, type Local } from "../assemble/assembler.ts";
import { type Blocking, columnBytes } from "./blocking.ts";
import type { PrintedStore } from "./epilogue.ts";
import { Expander } from "./expand.ts";
import { innerAxis } from "./line.ts";
import type { Side } from "./pack.ts";
import { type PieceParameters, parametersAfter, pieceParameters } from "./piece.ts";
import type { Target } from "./target.ts";
import { VectorPrinter } from "./vector-printer.ts";

export interface Frame {
  readonly b: Blocking;
  readonly f: FunctionBuilder;
  readonly p: VectorPrinter;
  readonly rows: Side;
  readonly columns: Side;
  readonly stores: readonly PrintedStore[];
  readonly parameters: PieceParameters;
}

export function frameOf(kernel: Kernel, b: Blocking, name: string, target: Target): Frame {
  const buffers = kernelBuffers(kernel);
  const f = new FunctionBuilder(
    name,
    [...buffers, ...pieceParameters].map(() => "i32"),
  );
  const bases = new Map(buffers.map((buffer, i) => [buffer, i]));
  const p = new VectorPrinter(f, bases, innerAxis(b.columns), kernel.parallel, target.fusedMultiplyAdd);
  const expander = new Expander();
  const [rows, columns] = b.operands;
  return {
    b,
    f,
    p,
    rows: { value: expander.expand(rows), line: b.rows, depth: b.depth },
    columns: { value: expander.expand(columns), line: b.columns, depth: b.depth },
    stores: kernel.stores.map((s) => ({
      buffer: s.buffer,
      at: expander.affine(s.at),
      value: expander.expand(s.value),
    })),
    parameters: parametersAfter(buffers.length),
  };
}

/** Pushes the address of a product's packed columns in the kernel's scratch memory, which all threads share. */
export function pushSharedColumns({ f, b, parameters }: Frame, batch: Local): void {
  f.get(parameters.scratch).get(batch).times(columnBytes(b)).emit("i32.add");
}
