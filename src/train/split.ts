// The stratified split: validation takes its share of every class.
import { ArgumentError } from "../errors.ts";
import { type Examples, isColumn } from "./examples.ts";

/**
 * The indices of all examples: those for training, `size` of them, and then those for validation, the last of each
 * class in about equal shares. Both keep the order of the data.
 */
export function orderedByShares({ targets, size: count }: Examples, size: number): Int32Array {
  if (!isColumn(targets)) throw new ArgumentError("fit: stratify: expected a model of one output, got several.");
  const { data } = targets.array;
  const width = data.length / Math.max(1, count);
  const classOf = (i: number): string => String(data.subarray(i * width, (i + 1) * width));
  const groups = new Map<string, number[]>();
  for (let i = 0; i < count; i++) {
    const name = classOf(i);
    const group = groups.get(name);
    if (group) group.push(i);
    else groups.set(name, [i]);
  }
  if (groups.size > count / 2)
    throw new ArgumentError(
      `fit: stratify: expected classes of several examples each, got ${groups.size} different targets of ${count}.`,
    );
  // Each class gives the nearest integer to its share; the largest remainders settle what is left.
  const share = (count - size) / count;
  const parts = [...groups.values()].map((group) => ({ group, taken: Math.floor(group.length * share) }));
  let missing = count - size - parts.reduce((n, { taken }) => n + taken, 0);
  const byRemainder = [...parts].sort((a, b) => ((b.group.length * share) % 1) - ((a.group.length * share) % 1));
  for (const part of byRemainder) if (missing-- > 0) part.taken++;
  const held = new Set(parts.flatMap(({ group, taken }) => group.slice(group.length - taken)));
  const all = Array.from({ length: count }, (_, i) => i);
  return Int32Array.from([...all.filter((i) => !held.has(i)), ...all.filter((i) => held.has(i))]);
}
