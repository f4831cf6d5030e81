// The phases of one step in slow motion, and what is shown in each.
import { numeral } from "../../../../recipes/tools/part.ts";
import type { Text } from "../../state/language.svelte.ts";
import type { Walk } from "./walk.ts";

/** "forward" and "backward" name a layer by its index; "update" moves the weights. */
export type Phase =
  | { readonly kind: "example" | "loss" | "update" }
  | { readonly kind: "forward" | "backward"; readonly layer: number };

/** The phases of a network of so many layers, the outputs among them. */
export const phasesOf = (layers: number): Phase[] => [
  { kind: "example" },
  ...Array.from({ length: layers }, (_, layer): Phase => ({ kind: "forward", layer })),
  { kind: "loss" },
  ...Array.from({ length: layers }, (_, i): Phase => ({ kind: "backward", layer: layers - 1 - i })),
  { kind: "update" },
];

export interface Badge {
  readonly text: string;
  readonly kind: "value" | "gradient";
}

const short = (value: number): string => numeral(value, Math.abs(value) >= 100 ? 0 : 2);

/** What the inputs and the neurons of each layer show in a phase; nothing before the phase reaches them. */
export function badgesOf(walk: Walk, phases: readonly Phase[], at: number): (readonly Badge[] | undefined)[] {
  const past = phases.slice(0, at + 1);
  const values = (numbers: readonly number[]): Badge[] =>
    numbers.map((number) => ({ text: short(number), kind: "value" }));
  return [
    values(walk.inputs),
    ...walk.layers.map(({ a, delta }, l) => {
      const has = (kind: string): boolean =>
        past.some((phase) => phase.kind === kind && "layer" in phase && phase.layer === l);
      if (has("backward")) return delta.map((number): Badge => ({ text: short(number), kind: "gradient" }));
      return has("forward") ? values(a) : undefined;
    }),
  ];
}

const list = (numbers: readonly number[]): string =>
  `(${numbers.slice(0, 6).map(short).join("; ")}${numbers.length > 6 ? "; …" : ""})`;

/** A sentence about a phase, with its numbers. */
export function tellPhase(walk: Walk, phase: Phase, rate: number): Text {
  const name = (layer: number, language: "en" | "ru"): string =>
    layer === walk.layers.length - 1
      ? { en: "the output", ru: "выход" }[language]
      : { en: `layer ${layer + 1}`, ru: `слой ${layer + 1}` }[language];
  switch (phase.kind) {
    case "example":
      return {
        en: `One training point (ringed in the plane) enters: its inputs are ${list(walk.inputs)}.`,
        ru: `На вход подаётся одна обучающая точка (обведена на плоскости): её входы ${list(walk.inputs)}.`,
      };
    case "forward": {
      const { z, a } = walk.layers[phase.layer]!;
      return {
        en:
          `Forward, ${name(phase.layer, "en")}: each neuron weighs what comes in, z = ${list(z)}, and answers a = ` +
          `f(z) = ${list(a)}.`,
        ru:
          `Прямой ход, ${name(phase.layer, "ru")}: каждый нейрон взвешивает входы, z = ${list(z)}, и отвечает a = ` +
          `f(z) = ${list(a)}.`,
      };
    }
    case "loss":
      return {
        en: `The answer is compared with the point’s own: the loss of this example is ${numeral(walk.loss, 4)}.`,
        ru: `Ответ сравнивается с правильным: потери на этом примере равны ${numeral(walk.loss, 4)}.`,
      };
    case "backward": {
      const { delta } = walk.layers[phase.layer]!;
      return {
        en:
          `Backward, ${name(phase.layer, "en")}: δ = ∂L/∂z = ${list(delta)} says how the loss would grow with each ` +
          "sum.",
        ru:
          `Обратный ход, ${name(phase.layer, "ru")}: δ = ∂L/∂z = ${list(delta)} — как росли бы потери с ростом ` +
          "каждой суммы.",
      };
    }
    default: {
      const [input, delta] = [walk.inputs[0]!, walk.layers[0]!.delta[0]!];
      const product = `${short(input)} · ${delta < 0 ? `(${short(delta)})` : short(delta)}`;
      return {
        en:
          "The weights have moved against their gradients, each ∂L/∂w = a · δ of its two ends; for the first edge " +
          `${product} = ${short(input * delta)}, with the learning rate ${rate}.`,
        ru:
          `Веса сдвинулись против градиентов; для каждого ∂L/∂w = a · δ на его концах: для первой линии ${product} ` +
          `= ${short(input * delta)}, скорость обучения ${rate}.`,
      };
    }
  }
}
