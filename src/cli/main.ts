// The command line: its commands and options, and the exit code.
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { Command } from "commander";
import { didYouMean } from "../errors.ts";
import { path, withExamples } from "./arguments.ts";
import { addCourse } from "./commands/course.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEvaluate } from "./commands/evaluate.ts";
import { addGenerate } from "./commands/generate.ts";
import { addInspect } from "./commands/inspect.ts";
import { addNew } from "./commands/new.ts";
import { addPredict } from "./commands/predict.ts";
import { addRecipes } from "./commands/recipes.ts";
import { addSummary } from "./commands/summary.ts";
import { addTrain } from "./commands/train.ts";
import { failureWords, report, UsageError } from "./failure.ts";
import { version } from "./own-package.ts";
import { paintFor, tolerateClosedPipes } from "./terminal.ts";

function makeProgram(): Command {
  const program = new Command("nabla")
    .description("Neural networks in TypeScript, compiled to WebAssembly.")
    .version(version, "-V, --version")
    .option(
      "--import <module>",
      "load a module first that registers your own layers (registerLayer); may be repeated",
      (file: string, before: readonly string[] = []) => [...before, path(file)],
    )
    .hook("preAction", (command) => importModules(command.opts<{ import?: string[] }>().import ?? []))
    .helpOption("-h, --help", "show help")
    .helpCommand(false)
    .showHelpAfterError("(add --help to see what there is)")
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error:/, paintFor(process.stderr)("red", "error:"))),
    });
  for (const add of [
    addTrain,
    addEvaluate,
    addPredict,
    addGenerate,
    addSummary,
    addInspect,
    addRecipes,
    addCourse,
    addNew,
    addDoctor,
  ])
    add(program);
  program
    .command("help")
    .summary("show help for a command")
    .argument("[command]", "the name of a command")
    .action((name?: string) => help(program, name));
  withExamples(program, [
    ["nabla train digits-mlp", "train on 10,000 handwritten digits and save the model"],
    ["nabla recipes", "what else there is to train"],
    ["nabla course", "the items of the course, to be run one by one"],
    ["nabla new my-project", "a small project to begin with"],
    ["nabla doctor", "what this machine offers"],
    ["nabla --import ./my-layers.js summary my.safetensors", "a model with layers of your own"],
  ]);
  return program.addHelpText("after", "\nExit codes: 0 success, 1 bad input, 2 wrong usage, 130 ended by Ctrl-C.");
}

/** Prints the help of a command, or of the program. Throws {@link UsageError} for an unknown name. */
function help(program: Command, name: string | undefined): void {
  const find = (text: string): Command | undefined =>
    program.commands.find((command) => command.name() === text || command.aliases().includes(text));
  const command = name === undefined ? program : find(name);
  if (command) return command.outputHelp();
  const known = program.commands.map((known) => known.name());
  throw new UsageError(`unknown command "${name}".${didYouMean(name ?? "", known)} Known: ${known.join(", ")}.`);
}

/** Loads modules of the user's, which may register layers. Throws {@link UsageError} if one cannot be loaded. */
async function importModules(files: readonly string[]): Promise<void> {
  for (const file of files) {
    if (!existsSync(file)) throw new UsageError(`--import: no such file: "${file}".`);
    try {
      await import(pathToFileURL(file).href);
    } catch (error) {
      const { message } = error instanceof Error ? error : new Error(String(error));
      throw new UsageError(`--import: "${file}" cannot be loaded: ${message}`, { cause: error });
    }
  }
}

/** Runs one command and leaves its exit code in `process.exitCode`. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  tolerateClosedPipes();
  failureWords.error = "error:";
  const program = makeProgram();
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: "user" });
  } catch (error) {
    process.exitCode = report(error, args.includes("--debug"));
  }
}
