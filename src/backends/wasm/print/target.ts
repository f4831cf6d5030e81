// The engine that will run the printed code, as far as printers need to know it.

export interface Target {
  /** True if a relaxed multiply-add rounds once. */
  readonly fusedMultiplyAdd: boolean;
  /** True if the engine joins adjacent pairs of 128-bit operations into one of 256 bits. */
  readonly joinsPairs: boolean;
}
