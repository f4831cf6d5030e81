// An image in a terminal: half-blocks in colours, or shades of ink where there are no colours.
import { type Image, type Language, numeral } from "../../../recipes/tools/part.ts";
import { type Paint, wrap } from "../terminal.ts";

export interface ImageOptions {
  readonly language: Language;
  readonly width: number;
  readonly paint: Paint;
  readonly colourBits: 1 | 8 | 24;
}

type Colour = readonly [red: number, green: number, blue: number];

/** Images of fewer pixels a row are shown enlarged. */
const small = 20;
const shades = " ░▒▓█";

/** Draws an image as lines of text that fit the page. A cell of a terminal is about twice as high as wide. */
export function imageText(image: Image, { language, width, paint, colourBits }: ImageOptions): string {
  const pixels = fitted(colours(image), width - 2);
  const title = paint(
    "bold",
    wrap(`${image.title[language]}${colourBits > 1 ? "" : scaleOf(image)}`, { columns: width }),
  );
  const lines = colourBits === 1 ? inShades(pixels) : halfBlocks(pixels, colourBits === 24 ? rgb : palette);
  return [title, ...lines.map((line) => `  ${line}`.trimEnd())].join("\n");
}

/** The pixels as colours from 0 to 255, row by row. */
export function colours({ pixels, channels = "gray", range: [black, white] }: Image): Colour[][] {
  const level = (value: number): number =>
    Math.round(255 * Math.min(1, Math.max(0, (value - black) / (white - black))));
  return pixels.map((row) => {
    if (channels === "gray") return row.map((value): Colour => [level(value), level(value), level(value)]);
    return Array.from(
      { length: row.length / 3 },
      (_, i): Colour => [level(row[3 * i]!), level(row[3 * i + 1]!), level(row[3 * i + 2]!)],
    );
  });
}

/** Enlarges small images by repeating pixels, and shrinks large ones by averages of squares. */
function fitted(pixels: Colour[][], width: number): Colour[][] {
  const columns = pixels[0]?.length ?? 0;
  if (columns === 0) return pixels;
  const times = columns <= small ? Math.max(1, Math.min(4, Math.floor(Math.min(width, 2 * small) / columns))) : 1;
  if (times > 1)
    return pixels.flatMap((row) => new Array(times).fill(row.flatMap((pixel) => new Array(times).fill(pixel))));
  const side = Math.ceil(columns / width);
  if (side === 1) return pixels;
  return Array.from({ length: Math.ceil(pixels.length / side) }, (_, i) =>
    Array.from({ length: Math.ceil(columns / side) }, (_, j) =>
      average(pixels.slice(i * side, (i + 1) * side).flatMap((row) => row.slice(j * side, (j + 1) * side))),
    ),
  );
}

function average(list: readonly Colour[]): Colour {
  const channel = (c: 0 | 1 | 2): number => Math.round(list.reduce((sum, colour) => sum + colour[c], 0) / list.length);
  return [channel(0), channel(1), channel(2)];
}

const rgb = (colour: Colour): string => `2;${colour.join(";")}`;

/** The nearest of xterm's 256 colours: of 24 greys from 8 up in steps of 10, or of a cube of six levels. */
function palette([red, green, blue]: Colour): string {
  if (red === green && green === blue)
    return `5;${red < 4 ? 16 : red > 246 ? 231 : 232 + Math.min(23, Math.round((red - 8) / 10))}`;
  const level = (value: number): number => (value < 48 ? 0 : value < 115 ? 1 : Math.floor((value - 35) / 40));
  return `5;${16 + 36 * level(red) + 6 * level(green) + level(blue)}`;
}

/** Two rows of pixels a line: the upper one is the letter's colour, the lower one the background's. */
function halfBlocks(pixels: readonly (readonly Colour[])[], code: (colour: Colour) => string): string[] {
  const lines: string[] = [];
  for (let i = 0; i < pixels.length; i += 2) {
    const below = pixels[i + 1];
    const line = pixels[i]!.map((pixel, j) => {
      const under = below?.[j];
      return `\x1b[38;${code(pixel)}${under ? `;48;${code(under)}` : ""}m▀\x1b[0m`;
    });
    lines.push(line.join(""));
  }
  return lines;
}

/** Two rows of pixels a line, as the mean of their brightness in one of five shades. */
function inShades(pixels: readonly (readonly Colour[])[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i < pixels.length; i += 2) {
    const below = pixels[i + 1];
    const line = pixels[i]!.map((pixel, j) => {
      const [red, green, blue] = below?.[j] ? average([pixel, below[j]]) : pixel;
      const brightness = (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
      return shades[Math.round(brightness * (shades.length - 1))]!;
    });
    lines.push(line.join(""));
  }
  return lines;
}

const scaleOf = ({ range: [black, white] }: Image): string => `  (" " = ${numeral(black)}, "█" = ${numeral(white)})`;
