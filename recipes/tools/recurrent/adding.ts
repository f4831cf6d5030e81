// The adding problem (Hochreiter & Schmidhuber 1997): two of 200 numbers are marked, and their sum is asked for.
import { Dataset } from "nabla/data";
import { randomNumbers } from "../text/windows.ts";

/** The number of steps of a sequence. */
export const addingSteps = 200;

/**
 * Sequences `[count, steps, 2]`: a number from 0 to 1, and a mark that is 1 at one place of the first half and one of
 * the second. The target is the sum of the two marked numbers, whose variance is 1/6: who always answers 1 has a mean
 * squared error of 0.167.
 */
export function addingProblem(count: number, seed: number, steps = addingSteps): Dataset {
  const random = randomNumbers(seed);
  const inputs = new Float32Array(count * steps * 2);
  const targets = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    for (let step = 0; step < steps; step++) inputs[(i * steps + step) * 2] = random();
    const half = steps / 2;
    for (const place of [Math.floor(random() * half), half + Math.floor(random() * half)]) {
      const at = (i * steps + place) * 2;
      inputs[at + 1] = 1;
      targets[i]! += inputs[at]!;
    }
  }
  return Dataset.from({
    inputs: { data: inputs, shape: [count, steps, 2] },
    targets: { data: targets, shape: [count, 1] },
    name: "adding problem",
  });
}
