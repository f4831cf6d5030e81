// What the printers need to know of the engine that will run their code.

export interface Target {
  /** Whether a relaxed multiply-add rounds once. */
  readonly fused: boolean;
  /** Whether the engine joins neighbouring pairs of 128-bit operations into one of 256 bits. */
  readonly joinsPairs: boolean;
}
