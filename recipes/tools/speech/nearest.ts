// Utterances that sound alike: points in a space of loudness over time and bands, stretched to one length.
import { type Tensor, tensor } from "nabla";
import { bands, type Frames, writeNormalised } from "./frames.ts";

const length = 16;
/** Distances are computed for so many utterances together. */
const atOnce = 500;

function stretched(utterances: readonly Frames[]): Tensor {
  const data = new Float32Array(utterances.length * length * bands);
  utterances.forEach(({ count, values }, i) => {
    const whole = new Float32Array(count * bands);
    writeNormalised({ count, values }, whole);
    for (let t = 0; t < length; t++) {
      const from = Math.round((t * (count - 1)) / (length - 1)) * bands;
      data.set(whole.subarray(from, from + bands), (i * length + t) * bands);
    }
  });
  return tensor(data, { shape: [utterances.length, length * bands] });
}

/** The index of the known utterance that sounds most like each. */
export async function nearestOf(utterances: readonly Frames[], known: readonly Frames[]): Promise<number[]> {
  const points = stretched(known).transpose();
  const squares = points.square().sum(0);
  const all: number[] = [];
  for (let start = 0; start < utterances.length; start += atOnce) {
    const asked = stretched(utterances.slice(start, start + atOnce));
    // The point x is nearest to the point m where ‖m‖² − 2⟨x, m⟩ is least.
    all.push(...(await squares.sub(asked.matmul(points).mul(2)).argmin(1).array<1>()));
  }
  return all;
}
