// Random programs as the bodies of loops: what a program assigns is carried, what it takes comes in slices or from
// outside.
import { scan } from "../src/functions/scan.ts";
import { gradients } from "../src/gradient.ts";
import type { HostArray } from "../src/host-array.ts";
import { hostRandom } from "../src/random.ts";
import { type Tensor, tensor } from "../src/tensor.ts";
import { drawWeight, hostArray } from "./compare.ts";
import { type Fuzz, fuzzProgram } from "./fuzz.ts";

/** The program of the seed, run three times by a loop, with gradients through the loop. */
export function loopProgram(seed: number): Fuzz {
  const { args, variables, body } = fuzzProgram(seed);
  const random = hostRandom(seed, 2);
  const steps = 3;
  const isSliced = args.map((_, i) => i === 0 || random.below(2) === 0);
  const reverse = random.below(2) === 0;
  const weights = Array.from({ length: 64 }, () => drawWeight(random));
  return {
    args: args.map((x, i) => (isSliced[i] ? rolled(x, steps) : x)),
    variables,
    body: (xs, vs) => {
      const step = (carry: readonly Tensor[], slices: readonly Tensor[]) => {
        let next = 0;
        const { outputs, assigned } = body(
          xs.map((x, i) => (isSliced[i] ? slices[next++]! : x)),
          carry,
        );
        return [assigned, outputs] as const;
      };
      const [last, ys] = scan<readonly Tensor[], readonly Tensor[], readonly Tensor[]>(
        step,
        vs,
        xs.filter((_, i) => isSliced[i]),
        { reverse },
      );
      const floats = [...ys, ...last].filter((y) => y.dtype === "float32" && y.size > 0);
      const given = xs.filter((x) => x.dtype === "float32");
      const loss = floats.map((y) => y.mul(tensor(hostArray(y.shape, "float32", (i) => weights[i % 64]!))).mean());
      const slopes =
        floats.length > 0
          ? gradients(
              loss.reduce((a, b) => a.add(b)),
              given,
            )
          : [];
      return { outputs: [...ys, ...slopes], assigned: [...last], middle: ys.slice(0, 1) };
    },
  };
}

/** `count` slices of the same numbers, each rotated by one more element. */
function rolled({ data, shape, dtype }: HostArray, count: number): HostArray {
  const n = data.length;
  return hostArray([count, ...shape], dtype, (i) => data[((i % n) + Math.floor(i / n)) % n]!);
}
