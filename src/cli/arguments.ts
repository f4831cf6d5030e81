// Parsers of the commands' arguments, and the options that several commands share.
import { type Command, InvalidArgumentError } from "commander";

/** Reads an integer from `least` up, and up to `most`, if that is given with the advice to who wants more. */
export function count(least: number, most = Number.MAX_SAFE_INTEGER, advice = ""): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\s*\d+\s*$/.test(text) && value >= least && value <= most) return value;
    const range = advice === "" ? "up" : `to ${most}: ${advice}`;
    throw new InvalidArgumentError(`Expected an integer from ${least} ${range}.`);
  };
}

/** Reads a finite number above 0. */
export function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("Expected a number above 0, such as 0.001.");
}

/** Reads the name of a file or folder. */
export function path(text: string): string {
  if (text.trim() !== "") return text;
  throw new InvalidArgumentError("Expected the name of a file or folder.");
}

/** Options of every command that answers. */
export interface AnswerOptions {
  readonly json?: true;
  readonly debug?: true;
}

/** Adds `--json` and `--debug`. */
export function withAnswerOptions(command: Command): Command {
  return command
    .option("--json", "answer in JSON: nothing else goes to stdout")
    .option("--debug", "show where in the program an error arose");
}

/** Adds examples to a command's help. */
export function withExamples(
  command: Command,
  examples: readonly (readonly [command: string, what: string])[],
): Command {
  const width = Math.max(...examples.map(([text]) => text.length));
  const lines = examples.map(([text, what]) => `  $ ${text.padEnd(width)}  ${what}`.trimEnd());
  return command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}
