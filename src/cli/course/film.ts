// A film in a terminal: it plays where there is one, else a few of its frames are printed side by side.
import { setTimeout as sleep } from "node:timers/promises";
import type { Film, Image } from "../../../recipes/tools/part.ts";
import { type ImageOptions, imageText } from "./image-text.ts";

/** As text a film is so many frames at most. */
const printed = 6;
/** Frames of fewer pixels a row are enlarged. */
const small = 20;

/** At most `most` frames, evenly chosen from the first to the last, in rows of `columns` with a line between them. */
export function contactSheet(film: Film, most: number, columns: number): Image {
  const { frames, title, range } = film;
  const count = Math.min(most, frames.length);
  const chosen = Array.from(
    { length: count },
    (_, i) => frames[Math.round((i * (frames.length - 1)) / Math.max(1, count - 1))]!,
  );
  const [height, width] = [frames[0]?.length ?? 0, frames[0]?.[0]?.length ?? 0];
  // The line is darker than half, and so stands out from black and from white.
  const line = range[0] + 0.3 * (range[1] - range[0]);
  const gap = new Array<number>(film.channels === "rgb" ? 3 : 1).fill(line);
  const blank = new Array<number>(width).fill(range[0]);
  const across = Math.min(columns, count);
  const pixels: number[][] = [];
  for (let first = 0; first < count; first += across) {
    if (first > 0) pixels.push(new Array<number>(across * width + (across - 1) * gap.length).fill(line));
    for (let row = 0; row < height; row++)
      pixels.push(
        Array.from({ length: across }, (_, i) => [
          ...(i > 0 ? gap : []),
          ...(chosen[first + i]?.[row] ?? blank),
        ]).flat(),
      );
  }
  return { kind: "image", title, pixels, range, ...(film.channels && { channels: film.channels }) };
}

/** A few frames in rows that fit the page. */
export function filmText(film: Film, options: ImageOptions): string {
  const channels = film.channels === "rgb" ? 3 : 1;
  const width = (film.frames[0]?.[0]?.length ?? 0) / channels;
  const large =
    width > 0 && width <= small ? { ...film, frames: film.frames.map((frame) => doubled(frame, channels)) } : film;
  const columns = Math.max(1, Math.floor((options.width - 1) / ((large === film ? 1 : 2) * width + 1)));
  return imageText(contactSheet(large, printed, columns), options);
}

/** Each pixel becomes a square of four. */
const doubled = (frame: Image["pixels"], channels: number): number[][] =>
  frame.flatMap((row) => {
    const twice = Array.from({ length: 2 * row.length }, (_, i) => {
      const pixel = Math.floor(i / (2 * channels));
      return row[pixel * channels + (i % channels)]!;
    });
    return [twice, twice];
  });

/** Draws one frame over the other in a terminal, at the film's speed; the last one stays. */
export async function playFilm(film: Film, options: ImageOptions, terminal: NodeJS.WritableStream): Promise<void> {
  const { frames, framesPerSecond, kind: _, ...shown } = film;
  terminal.write("\n");
  for (const [i, pixels] of frames.entries()) {
    const text = imageText({ ...shown, kind: "image", pixels }, options);
    const lines = text.split("\n");
    const back = i === frames.length - 1 ? "" : `\x1b[${lines.length}A`;
    terminal.write(`${lines.map((line) => `${line}\x1b[K\n`).join("")}${back}`);
    if (back !== "") await sleep(1000 / framesPerSecond);
  }
}
