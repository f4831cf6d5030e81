// Shows parts as they are computed: as text in the terminal, where films play; plots and pictures as files too.
import { dirname } from "node:path";
import type { Language, Part, Plot, Text } from "../../recipes/tools/part.ts";
import { playFilm } from "./course/film.ts";
import { type Page, partText } from "./course/part-text.ts";
import { PictureFolder } from "./course/picture-files.ts";
import { recipeWords } from "./recipe-words.ts";
import { colourBitsOf, paintFor, say, wrap } from "./terminal.ts";

export interface ShowOptions {
  /** Pictures are written to files whose names begin so: `nabla-models/lenet` gives `nabla-models/lenet-1.svg`. */
  readonly stem: string;
  readonly language: Language;
  /** Where to print; null prints nothing. */
  readonly stream: NodeJS.WriteStream | null;
}

/** How wide a page of text is at most. */
const mostColumns = 100;

/** True for a plot without points: that of a training which was stopped in its first epoch, for example. */
const isEmpty = (part: Part): part is Plot =>
  part.kind === "plot" && part.series.every(({ points }) => points.length === 0);

const noPoints = ({ en, ru }: Text): Text => ({
  en: recipeWords.en.noPoints(en),
  ru: recipeWords.ru.noPoints(ru),
});

/** Prints each part, writes its picture if it has one, and returns all parts. */
export async function showParts(parts: AsyncIterable<Part>, { stem, language, stream }: ShowOptions): Promise<Part[]> {
  const shown: Part[] = [];
  const folder = await PictureFolder.make(dirname(stem), language);
  const page: Page | null = stream && {
    language,
    width: Math.min(stream.columns || 80, mostColumns),
    paint: paintFor(stream),
    colourBits: colourBitsOf(stream),
  };
  const files: string[] = [];
  for await (const made of parts) {
    const part = isEmpty(made) ? { kind: "text" as const, text: noPoints(made.title) } : made;
    shown.push(part);
    const file = await folder.add(stem.slice(dirname(stem).length + 1), part);
    if (file !== null) files.push(file);
    if (!page || !stream) continue;
    if (part.kind === "film" && stream.isTTY) await playFilm(part, page, stream);
    else say(`\n${partText(part, page)}`, stream);
  }
  if (stream && files.length > 0) say(`\n${wrap(recipeWords[language].pictures(files.join(", ")), stream)}`, stream);
  return shown;
}
