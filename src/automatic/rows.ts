// The inputs of a linear model as sparse rows, each with a 1 for the bias at its end.

/** Products of the matrix A = [inputs, 1] of n rows, of which only what is not zero is kept. */
export class Rows {
  readonly width: number;
  readonly outputs: number;
  readonly count: number;
  readonly #starts: Int32Array;
  readonly #columns: Int32Array;
  readonly #values: Float32Array;

  /** @param outputs the number of columns of the weights `[width + 1, outputs]` that A is multiplied with */
  constructor(data: Float32Array, width: number, outputs: number) {
    this.width = width;
    this.outputs = outputs;
    this.count = width === 0 ? 0 : data.length / width;
    const filled = data.reduce((sum, value) => (value === 0 ? sum : sum + 1), 0);
    this.#starts = new Int32Array(this.count + 1);
    this.#columns = new Int32Array(filled);
    this.#values = new Float32Array(filled);
    let at = 0;
    for (let i = 0; i < data.length; i++) {
      if (i % width === 0) this.#starts[i / width] = at;
      if (data[i] === 0) continue;
      this.#columns[at] = i % width;
      this.#values[at++] = data[i]!;
    }
    this.#starts[this.count] = at;
  }

  /** The number of multiplications of one product. */
  get work(): number {
    return (this.#values.length + this.count) * this.outputs;
  }

  /** A·w, `[n, outputs]`. */
  times(w: Float64Array): Float64Array {
    const { outputs, count, width } = this;
    const out = new Float64Array(count * outputs);
    for (let row = 0; row < count; row++) {
      const to = row * outputs;
      for (let k = 0; k < outputs; k++) out[to + k] = w[width * outputs + k]!;
      for (let at = this.#starts[row]!; at < this.#starts[row + 1]!; at++) {
        const [value, from] = [this.#values[at]!, this.#columns[at]! * outputs];
        for (let k = 0; k < outputs; k++) out[to + k]! += value * w[from + k]!;
      }
    }
    return out;
  }

  /** Aᵀ·r of r `[n, outputs]`. */
  transposedTimes(r: Float64Array): Float64Array {
    const { outputs, count, width } = this;
    const out = new Float64Array((width + 1) * outputs);
    for (let row = 0; row < count; row++) {
      const from = row * outputs;
      for (let k = 0; k < outputs; k++) out[width * outputs + k]! += r[from + k]!;
      for (let at = this.#starts[row]!; at < this.#starts[row + 1]!; at++) {
        const [value, to] = [this.#values[at]!, this.#columns[at]! * outputs];
        for (let k = 0; k < outputs; k++) out[to + k]! += value * r[from + k]!;
      }
    }
    return out;
  }

  /** Σ over rows of A² times a weight of each row and output: the diagonal of AᵀDA. */
  squares(weight: (index: number) => number): Float64Array {
    const { outputs, count, width } = this;
    const out = new Float64Array((width + 1) * outputs);
    for (let row = 0; row < count; row++)
      for (let k = 0; k < outputs; k++) {
        const own = weight(row * outputs + k);
        out[width * outputs + k]! += own;
        for (let at = this.#starts[row]!; at < this.#starts[row + 1]!; at++)
          out[this.#columns[at]! * outputs + k]! += own * this.#values[at]! ** 2;
      }
    return out;
  }
}
