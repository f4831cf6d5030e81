// Dates as a network takes them: the year, and points on the circles of the year, the week and the day.

import type { TableColumn } from "../table/column.ts";
import { type ColumnEncoder, type ColumnLearner, type DateCode, Moments, toFloat32 } from "./column-encoder.ts";

const dayMilliseconds = 86_400_000;

/** Learns the mean and deviation of the years, and if times of the day occur. */
export class DateLearner implements ColumnLearner {
  readonly #name: string;
  readonly #dates: DateCode["dates"];
  readonly #years = new Moments();
  #hasHours = false;

  constructor(name: string, dates: DateCode["dates"]) {
    this.#name = name;
    this.#dates = dates;
  }

  see({ values }: TableColumn): void {
    for (let i = 0; i < values.length; i++) {
      const time = values[i] as number;
      this.#years.see(time !== time ? NaN : new Date(time).getUTCFullYear());
      this.#hasHours ||= time === time && time % dayMilliseconds !== 0;
    }
  }

  finish(): DateCode {
    const { mean, scale, missing } = this.#years;
    const own = { mean, scale, hasHours: this.#hasHours, hasMissing: missing > 0 };
    return { kind: "date", name: this.#name, type: "date", dates: this.#dates, ...own };
  }
}

/**
 * Writes the year, (year − mean) / scale, then sin and cos of 2π · month / 12 (January is 0), of 2π · weekday / 7
 * (Sunday is 0) and, if hours were learnt, of 2π · hour / 24; all 0 for a missing date, and a 1 at the end for it if
 * some were missing in the training part.
 */
export function dateEncoder(code: DateCode): ColumnEncoder {
  const { name, mean, scale, hasHours, hasMissing } = code;
  const circles = ["month", "weekday", ...(hasHours ? ["hour"] : [])];
  const width = 1 + 2 * circles.length;
  const names = [`${name} year`, ...circles.flatMap((circle) => [`${name} ${circle} sin`, `${name} ${circle} cos`])];
  return {
    code,
    names: hasMissing ? [...names, `${name} is missing`] : names,
    write({ values }, out, at, stride) {
      for (let i = 0; i < values.length; i++) {
        const time = values[i] as number;
        const place = at + i * stride;
        if (hasMissing) out[place + width] = time === time ? 0 : 1;
        if (time !== time) {
          out.fill(0, place, place + width);
          continue;
        }
        const date = new Date(time);
        out[place] = toFloat32((date.getUTCFullYear() - mean) / scale);
        writeCircle(out, place + 1, date.getUTCMonth() / 12);
        writeCircle(out, place + 3, date.getUTCDay() / 7);
        if (hasHours) writeCircle(out, place + 5, date.getUTCHours() / 24);
      }
    },
  };
}

function writeCircle(out: Float32Array, at: number, turns: number): void {
  out[at] = Math.sin(2 * Math.PI * turns);
  out[at + 1] = Math.cos(2 * Math.PI * turns);
}
