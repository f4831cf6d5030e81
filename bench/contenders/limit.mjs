// Measures the rate of 128-bit multiply-adds on one thread of this machine: `limit.mjs registers|4x8|3x12|6x8`.
//
// `registers` is the ceiling: twelve independent chains of relaxed multiply-adds that touch no memory, enough to hide
// their latency of four or five cycles on two units, and few enough for sixteen registers. The tiles are what the inner
// loop of a matrix product can reach at best: rows × columns sums in registers, over packed panels that stay in the
// first cache. Which one is best depends on the engine: V8 11 cannot keep 6×8 in registers.
// For a product of m·k·n a "step" does as many operations as that product has; it computes nothing that can be
// compared.
import { operations } from "../families/product.mjs";
import { compileLoop, registerLoop, tileLoop } from "./limit-loops.mjs";
import { serve } from "./serve.mjs";

const loops = {
  registers: () => registerLoop(12),
  "4x8": () => tileLoop(4, 8),
  "3x12": () => tileLoop(3, 12),
  "6x8": () => tileLoop(6, 8),
};
/** Calls are short, so that the engine can exchange its first code for the optimized one between two of them. */
const operationsPerCall = 8e6;

const { code, operationsPerTurn } = loops[process.argv[2]]();
let run;

serve({
  hello: async () => {
    ({ run } = compileLoop(code));
    return { threads: 1 };
  },
  prepare: (workload) => {
    const turns = Math.ceil(operationsPerCall / operationsPerTurn);
    return {
      reset() {},
      train: (steps) => {
        const calls = Math.max(1, Math.round((steps * operations(workload)) / (turns * operationsPerTurn)));
        for (let i = 0; i < calls; i++) run(turns);
        return undefined;
      },
    };
  },
});
