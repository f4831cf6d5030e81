// What the first page's network says of itself while it learns.

/** The plane is shown from −extent to extent. */
export const extent = 2.4;

export interface Learning {
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  /** The network's answers over the plane, from −1 to 1, row by row from the top. */
  readonly shades: Float32Array;
}
