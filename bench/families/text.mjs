// Text for the language models: characters of which each has four usual successors.

/**
 * Passages of `steps` characters as indices, and what follows each character. One character in ten is any, so that the
 * loss stays away from zero.
 *
 * @param {{ vocabulary: number, steps: number }} workload
 * @param {() => number} random
 */
export function textSampler({ vocabulary, steps }, random) {
  const any = () => Math.floor(random() * vocabulary);
  const successors = Array.from({ length: vocabulary }, () => [any(), any(), any(), any()]);
  return () => {
    const text = [any()];
    while (text.length <= steps) text.push(random() < 0.1 ? any() : successors[text.at(-1)][Math.floor(random() * 4)]);
    return { x: text.slice(0, -1), y: text.slice(1) };
  };
}
