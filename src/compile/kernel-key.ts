// A text that is equal for kernels which compute the same, each on buffers of its own.
import type { Affine } from "../view.ts";
import type { Buffer, Expression } from "./expression.ts";
import { type Kernel, kernelBuffers } from "./kernel.ts";

/** Buffers are named by their index in `kernelBuffers`, expressions by the order in which they are met. */
export function kernelKey(kernel: Kernel): string {
  const buffers = new Map(kernelBuffers(kernel).map((buffer, i) => [buffer, i]));
  const names = new Map<Expression, string>();
  const parts: string[] = [];
  const bufferKey = (buffer: Buffer): string => `b${buffers.get(buffer)}`;
  const affineKey = ({ offset, coefficients, terms }: Affine): string =>
    `${offset}+${coefficients}${terms.map((t) => `+${t.scale}*${name(t.value as Expression)}`)}`;
  const contentOf = (e: Expression): string => {
    switch (e.kind) {
      case "constant":
        return Object.is(e.value, -0) ? "-0" : `${e.value}`;
      case "load":
        return `${bufferKey(e.buffer)}[${affineKey(e.at)}]${e.guards.map((g) => `${affineKey(g.at)}<${g.size}`)}`;
      case "index":
        return affineKey(e.at);
      case "scalar":
        return `${e.op} ${e.operands.map(name)}`;
      case "cast":
        return name(e.operand);
      case "reduced":
        return `${e.id}`;
    }
  };
  const name = (e: Expression): string => {
    let known = names.get(e);
    if (known === undefined) {
      const content = contentOf(e);
      names.set(e, (known = `e${names.size}`));
      parts.push(`${e.kind} ${e.dtype} ${content}`);
    }
    return known;
  };
  for (const [{ size, dtype, place }, i] of buffers) parts.push(`b${i} ${size} ${dtype} ${place}`);
  for (const { value, combine, identity, dtype, stage } of kernel.reductions)
    parts.push(`reduce ${combine} ${identity} ${dtype} ${stage} ${name(value)}`);
  for (const { buffer, at, value, per, accumulate } of kernel.stores)
    parts.push(`store ${bufferKey(buffer)}[${affineKey(at)}] ${name(value)} ${per} ${accumulate}`);
  const { kind, extents, parallel, contract, routine } = kernel;
  if (contract) {
    const { batch, m, n, k, a, b } = contract;
    parts.push(`contract ${batch};${m};${n};${k};${name(a)};${name(b)}`);
  }
  if (routine) parts.push(`${routine.name} ${routine.descending}`);
  return `${kind} ${extents};${parallel}\n${parts.join("\n")}`;
}
