// A learning rate that falls along half a cosine, from the given one towards 0.
import { type Callback, callbacks } from "nabla";

/** The callback of `fit` for a run of so many epochs (Loshchilov & Hutter 2017, SGDR, without restarts). */
export const fallingRate = (learningRate: number, epochs: number): Callback =>
  callbacks.learningRateScheduler((epoch) => (learningRate / 2) * (1 + Math.cos((Math.PI * epoch) / epochs)));
