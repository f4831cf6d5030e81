// The command line in the test's own process: what it prints and how it ends, without a start of Node.
import { vi } from "vitest";
import { runCommandLine } from "../src/cli/main.ts";

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Surroundings {
  /** The folder in which the command runs. Default: the test's. */
  readonly folder?: string;
  /** Variables of the environment beside the test's own; undefined takes one away. Default: the locale C. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs `nabla` with arguments, one command at a time. */
export async function runHere(
  args: readonly string[],
  { folder, env = { LC_ALL: "C" } }: Surroundings = {},
): Promise<Outcome> {
  const before = { code: process.exitCode, folder: process.cwd() };
  const written = { out: "", err: "" };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation((text) => ((written.out += text), true)),
    vi.spyOn(process.stderr, "write").mockImplementation((text) => ((written.err += text), true)),
  ];
  if (folder !== undefined) process.chdir(folder);
  process.exitCode = 0;
  try {
    await runCommandLine(args);
    return { code: Number(process.exitCode), ...written };
  } finally {
    process.exitCode = before.code;
    process.chdir(before.folder);
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
  }
}
