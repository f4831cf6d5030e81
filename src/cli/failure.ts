// Failures of the command line: one sentence on stderr, and an exit code that says whose fault it is.
import { CommanderError } from "commander";
import { NablaError, printable } from "../errors.ts";
import { paintFor, say } from "./terminal.ts";

const longestMessage = 4000;

/** The exit codes of the process. */
export const exitCodes = { success: 0, failure: 1, usage: 2, interrupted: 130, terminated: 143 } as const;

/** The command itself was wrong: an unknown recipe, options that do not go together. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** The words in front of a failure's sentence. A command that speaks another language sets its own. */
export const failureWords = { error: "error:" };

/** Prints what went wrong and returns the exit code. `withStack` adds the stack. */
export function report(error: unknown, withStack: boolean): number {
  // The parser has printed its own sentence. A request for help or the version is not a failure.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.success : exitCodes.usage;
  const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
  const isExpected = error instanceof NablaError || error instanceof UsageError;
  const paint = paintFor(process.stderr);
  const sentence = isExpected
    ? message
    : `something in Nabla broke: ${message.split("\n")[0]} (--debug shows where; please report it).`;
  // Names of files, and names in files, may hold control characters of terminals.
  const lines = sentence
    .slice(0, longestMessage)
    .split("\n")
    .map((line) => printable(line, longestMessage));
  say(`${paint("red", failureWords.error)} ${lines.join("\n")}`, process.stderr);
  if (withStack) say(stack.replace(/^[^]*?(?=\n {4}at )\n/, "") + causes(error), process.stderr);
  return error instanceof UsageError ? exitCodes.usage : exitCodes.failure;
}

function causes(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? `\ncaused by ${cause.stack ?? cause.message}${causes(cause)}` : "";
}
