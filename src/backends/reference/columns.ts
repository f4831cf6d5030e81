// The scalar language over whole columns of numbers: each instruction is one loop.
import { convert, instruction } from "../../compile/numbers.ts";
import { type ScalarBuilder, type ScalarOp, scalarOps, scalarResultDType } from "../../compile/scalar.ts";
import type { DType } from "../../dtype.ts";

/** Numbers of any dtype, held in float64. */
export interface Column {
  readonly values: Float64Array;
  readonly dtype: DType;
}

/** Computes columns of one length. */
class Columns {
  readonly #length: number;

  constructor(length: number) {
    this.#length = length;
  }

  constant(value: number, dtype: DType): Column {
    return { values: new Float64Array(this.#length).fill(value), dtype };
  }

  cast({ values, dtype: from }: Column, dtype: DType): Column {
    return { values: values.map((value) => convert(value, from, dtype)), dtype };
  }

  static {
    for (const op of Object.keys(scalarOps) as ScalarOp[]) {
      Object.defineProperty(Columns.prototype, op, {
        value(a: Column, b = a, c = a): Column {
          const dtype = scalarResultDType(op, [a.dtype, b.dtype]);
          const compute = instruction(op, a.dtype, dtype);
          return { values: a.values.map((value, i) => compute(value, b.values[i]!, c.values[i]!)), dtype };
        },
      });
    }
  }
}

export const columns = (length: number): ScalarBuilder<Column> =>
  new Columns(length) as unknown as ScalarBuilder<Column>;
