// The neuron or edge of the diagram whose numbers are shown and can be edited.
export interface Place {
  /** The index of the layer, from 0; the outputs are the last. */
  readonly layer: number;
  /** The index of the neuron in it. */
  readonly to: number;
  /** The index of the input that an edge comes from; none for the neuron itself. */
  readonly from?: number;
}
