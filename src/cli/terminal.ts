// Output: answers to stdout, errors to stderr, and colours only in terminals.
import { styleText } from "node:util";

/** Gives a text a style, or leaves it as it is if the stream shows none. */
export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

/** True for a terminal with colours. NO_COLOR and FORCE_COLOR decide as usual. */
export function isColoured(stream: NodeJS.WriteStream): boolean {
  const forced = !["", "0", undefined].includes(process.env["FORCE_COLOR"]);
  return stream.isTTY ? stream.hasColors() : forced;
}

/** How many bits a colour of `stream` has: 24, 8 (the 256 of xterm), or 1 where there are fewer or none. */
export function colourBitsOf(stream: NodeJS.WriteStream): 1 | 8 | 24 {
  if (!isColoured(stream)) return 1;
  const depth = stream.isTTY ? stream.getColorDepth() : 24;
  return depth >= 24 ? 24 : depth >= 8 ? 8 : 1;
}

/** The styles that `stream` shows: none where it has no colours. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return isColoured(stream) ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
}

/**
 * Lets the reader of the output close the pipe (`nabla inspect … | head`): later output is dropped silently, and the
 * command, which may be training, goes on to its end.
 */
export function tolerateClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr])
    if (!stream.listeners("error").includes(onStreamError)) stream.on("error", onStreamError);
}

function onStreamError(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") throw error;
}

/**
 * Breaks a paragraph into lines that fit the stream, or 80 columns where it is no terminal. Each line begins with the
 * paragraph's own indentation.
 */
export function wrap(text: string, stream: { readonly columns?: number } = process.stdout): string {
  const width = stream.columns || 80;
  const indent = " ".repeat(text.length - text.trimStart().length);
  const [first = "", ...words] = text.slice(indent.length).split(" ");
  const lines: string[] = [];
  let line = indent + first;
  for (const word of words) {
    if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = indent + word;
    }
  }
  return [...lines, line].join("\n");
}

/** Writes lines to a stream. */
export function say(text: string, stream: NodeJS.WriteStream = process.stdout): void {
  if (stream.writable) stream.write(`${text}\n`);
}

/** Writes the one JSON value that a command answers with. NaN and infinities become null. */
export function sayJson(value: unknown): void {
  say(JSON.stringify(value, null, 2));
}

/** Quotes a path for a shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
