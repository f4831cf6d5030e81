// Scenes of one coloured thing in a place, and how people describe them in English and in Russian.
import type { Text } from "../part.ts";

/** A scene, as indices into the words below. */
export interface Scene {
  readonly kind: number;
  readonly colour: number;
  readonly size: number;
  readonly place: number;
}

type Gender = 0 | 1 | 2;

/** Things with their grammatical gender in Russian: masculine, feminine, neuter. The digits come first, in order. */
const kinds: readonly (readonly [en: string, ru: string, gender: Gender])[] = [
  ["zero", "ноль", 0],
  ["one", "единица", 1],
  ["two", "двойка", 1],
  ["three", "тройка", 1],
  ["four", "четвёрка", 1],
  ["five", "пятёрка", 1],
  ["six", "шестёрка", 1],
  ["seven", "семёрка", 1],
  ["eight", "восьмёрка", 1],
  ["nine", "девятка", 1],
  ["circle", "круг", 0],
  ["square", "квадрат", 0],
  ["triangle", "треугольник", 0],
  ["star", "звезда", 1],
  ["ring", "кольцо", 2],
  ["cross", "крест", 0],
];
/** Each with its three genders in Russian. */
const colours: readonly (readonly [string, ...ru: string[]])[] = [
  ["red", "красный", "красная", "красное"],
  ["green", "зелёный", "зелёная", "зелёное"],
  ["blue", "синий", "синяя", "синее"],
  ["yellow", "жёлтый", "жёлтая", "жёлтое"],
  ["purple", "фиолетовый", "фиолетовая", "фиолетовое"],
  ["cyan", "голубой", "голубая", "голубое"],
  ["white", "белый", "белая", "белое"],
];
/** Sizes, in two words each. */
const sizes: readonly (readonly (readonly [string, ...ru: string[]])[])[] = [
  [
    ["small", "маленький", "маленькая", "маленькое"],
    ["little", "небольшой", "небольшая", "небольшое"],
  ],
  [
    ["large", "большой", "большая", "большое"],
    ["big", "крупный", "крупная", "крупное"],
  ],
];
const places: readonly (readonly (readonly [en: string, ru: string])[])[] = [
  [
    ["on the left", "слева"],
    ["at the left edge", "у левого края"],
  ],
  [
    ["on the right", "справа"],
    ["at the right edge", "у правого края"],
  ],
  [
    ["at the top", "сверху"],
    ["at the upper edge", "у верхнего края"],
  ],
  [
    ["at the bottom", "снизу"],
    ["at the lower edge", "у нижнего края"],
  ],
  [
    ["in the middle", "в середине"],
    ["in the centre", "в центре"],
  ],
];

export const digitKinds = 10;

/** Every combination of a thing, a colour, a size and a place. */
export const allScenes: readonly Scene[] = kinds.flatMap((_, kind) =>
  colours.flatMap((_, colour) => sizes.flatMap((_, size) => places.map((_, place) => ({ kind, colour, size, place })))),
);

/**
 * True for a combination of thing and colour that training never shows: a fifth of them. Each thing and each colour is
 * shown in other combinations.
 */
export const isUnseen = ({ kind, colour }: Scene): boolean => (kind + 2 * colour) % 5 === 0;

/** The number of properties in which two scenes agree, of four. */
export const agreement = (a: Scene, b: Scene): number =>
  Number(a.kind === b.kind) + Number(a.colour === b.colour) + Number(a.size === b.size) + Number(a.place === b.place);

/** The captions of a scene: each order of the words, with each choice of words for size and place. */
export function captionsOf({ kind, colour, size, place }: Scene): { en: string[]; ru: string[] } {
  const [thing, name, gender] = kinds[kind]!;
  const [shade, ...shades] = colours[colour]!;
  const hue = shades[gender]!;
  const captions = { en: [] as string[], ru: [] as string[] };
  for (const [extent, ...extents] of sizes[size]!)
    for (const [where, there] of places[place]!) {
      const big = extents[gender]!;
      captions.en.push(
        `a ${extent} ${shade} ${thing} ${where}`,
        `${where} there is a ${extent} ${shade} ${thing}`,
        `a ${shade} ${thing} ${where}, a ${extent} one`,
      );
      captions.ru.push(
        `${big} ${hue} ${name} ${there}`,
        `${there} находится ${big} ${hue} ${name}`,
        `${name} ${there}, ${big}, ${hue}`,
      );
    }
  return captions;
}

/** The plainest caption in both languages. */
export function captionOf(scene: Scene): Text {
  const { en, ru } = captionsOf(scene);
  return { en: en[0]!, ru: ru[0]! };
}
