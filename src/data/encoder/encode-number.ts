// Numbers and booleans as a network takes them: standardised, with a mark where one is missing.

import type { TableColumn } from "../table/column.ts";
import { type ColumnEncoder, type ColumnLearner, Moments, type NumberCode, toFloat32 } from "./column-encoder.ts";

/** Learns the mean and the deviation. Without `isScaled` the numbers stay as they are. */
export class NumberLearner implements ColumnLearner {
  readonly #name: string;
  readonly #type: NumberCode["type"];
  readonly #isScaled: boolean;
  readonly #moments = new Moments();

  constructor(name: string, type: NumberCode["type"], isScaled: boolean) {
    this.#name = name;
    this.#type = type;
    this.#isScaled = isScaled;
  }

  see({ values }: TableColumn): void {
    for (let i = 0; i < values.length; i++) this.#moments.see(values[i] as number);
  }

  finish(): NumberCode {
    const { mean, scale, missing } = this.#moments;
    const own = this.#isScaled ? { offset: mean, scale } : { offset: 0, scale: 1 };
    return { kind: "number", name: this.#name, type: this.#type, mean, ...own, hasMissing: missing > 0 };
  }
}

/** Writes `(x − offset) / scale`, then 1 for a missing x, 0 for another. */
export function numberEncoder(code: NumberCode): ColumnEncoder {
  const { name, mean, offset, scale, hasMissing } = code;
  const standIn = toFloat32((mean - offset) / scale);
  return {
    code,
    names: hasMissing ? [name, `${name} is missing`] : [name],
    write({ values }, out, at, stride) {
      for (let i = 0; i < values.length; i++) {
        const value = values[i] as number;
        const isMissing = value !== value;
        const place = at + i * stride;
        out[place] = isMissing ? standIn : toFloat32((value - offset) / scale);
        if (hasMissing) out[place + 1] = isMissing ? 1 : 0;
      }
    },
  };
}
