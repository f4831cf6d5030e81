// Where words go: answers to stdout, complaints to stderr, colours only where somebody sees them.
import { styleText } from "node:util";

export type Style = Parameters<typeof styleText>[0];
/** Gives a text a style, or leaves it as it is where the stream shows none. */
export type Paint = (style: Style, text: string) => string;

/** What colours `stream` shows: those of a terminal that has some, and NO_COLOR and FORCE_COLOR decide as usual. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const forced = !["", "0", undefined].includes(process.env["FORCE_COLOR"]);
  const isColoured = stream.isTTY ? stream.hasColors() : forced;
  return isColoured ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
}

/**
 * Lets whoever reads the output stop reading (`nabla inspect … | head`): the rest is dropped without a word, and what
 * the command is doing, training perhaps, comes to its end.
 */
export function tolerateClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") throw error;
    });
  }
}

/** Writes lines to a stream. */
export function say(text: string, stream: NodeJS.WriteStream = process.stdout): void {
  if (stream.writable) stream.write(`${text}\n`);
}

/** Writes the one JSON value that a command answers with. NaN and infinities become null. */
export function sayJson(value: unknown): void {
  say(JSON.stringify(value, null, 2));
}
