// The addresses of a kernel's buffers, in the arena or in a variable; inside a loop, slices advance with each step.
import { dtypeInfo } from "../dtype.ts";
import { sizeOf } from "../shape.ts";
import type { Buffer } from "./expression.ts";
import type { Loop, Plan } from "./kernel.ts";

/** base + offset + Σ bytes · counter, over the loops around the kernel; the outermost has depth 0. */
export interface Address {
  readonly base: "arena" | { readonly variable: number };
  readonly offset: number;
  readonly steps: readonly { readonly depth: number; readonly bytes: number }[];
}

export type Addresses = (buffer: Buffer) => Address;

/** The addresses of a plan's buffers, given those of its variables and the offset of its memory in the arena. */
function planAddresses(plan: Plan, variable: (index: number) => Address, arena: number): Addresses {
  return (buffer) => {
    const index = buffer.place === "variable" ? buffer.index : plan.inVariables.get(buffer);
    if (index !== undefined) return variable(index);
    const offset = buffer.place === "input" ? plan.inputs[buffer.index]! : plan.offsets.get(buffer)!;
    return { base: "arena", offset: arena + offset, steps: [] };
  };
}

/** The addresses of the buffers of a whole program. */
export function programAddresses(plan: Plan): Addresses {
  return planAddresses(plan, (variable) => ({ base: { variable }, offset: 0, steps: [] }), 0);
}

/** The addresses of a loop's buffers. `scratch` is where its memory begins, `depth` counts the loops around it. */
export function stepAddresses(loop: Loop, outer: Addresses, scratch: number, depth: number): Addresses {
  const { graph, plan } = loop.step;
  const { carries, slices, constants, stacked } = loop;
  const whole = (buffer: Buffer) => (): Address => outer(buffer);
  const slice = (buffer: Buffer, at: number) => (): Address => {
    const { shape, dtype } = graph.variables[at]!;
    const bytes = sizeOf(shape) * dtypeInfo(dtype).bytes;
    const { base, offset, steps } = outer(buffer);
    const first = loop.reverse ? (loop.length - 1) * bytes : 0;
    return { base, offset: offset + first, steps: [...steps, { depth, bytes: loop.reverse ? -bytes : bytes }] };
  };
  const afterSlices = carries.length + slices.length + constants.length;
  const variables = [
    ...carries.map(({ result }) => whole(result)),
    ...slices.map((buffer, i) => slice(buffer, carries.length + i)),
    ...constants.map(whole),
    ...stacked.map((buffer, i) => slice(buffer, afterSlices + i)),
  ];
  return planAddresses(plan, (index) => variables[index]!(), scratch);
}

export const sameAddress = (a: Address, b: Address): boolean => JSON.stringify(a) === JSON.stringify(b);
