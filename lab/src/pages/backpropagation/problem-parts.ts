// The matrices of the worked problem: what goes in, and what the engine answers.

/** W₁, b₁ᵀ, W₂, b₂ᵀ; vectors are matrices of one row. */
export const parameterNames = ["W1", "b1", "W2", "b2"] as const;
export type ParameterName = (typeof parameterNames)[number];

type Rows = readonly (readonly number[])[];

export interface ProblemInput extends Readonly<Record<"X" | "Y" | ParameterName, Rows>> {
  readonly rate: number;
}

export interface ProblemNumbers {
  readonly matrices: Readonly<Record<"Z1" | "H" | "Z2" | "answer" | "error" | "delta1" | "delta2", Rows>>;
  readonly gradients: Readonly<Record<ParameterName, Rows>>;
  readonly updated: Readonly<Record<ParameterName, Rows>>;
  /** The gradients of all weights in a row: W₁ by rows, b₁, W₂, b₂. */
  readonly checks: Readonly<Record<"byHand" | "byNabla" | "byDifferences", readonly number[]>>;
  readonly numbers: Readonly<Record<"before" | "after", number>>;
}
