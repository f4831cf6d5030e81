// The command line: what there is to say to it, and what its exit code answers.
import { Command } from "commander";
import { withExamples } from "./arguments.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEvaluate } from "./commands/evaluate.ts";
import { addInspect } from "./commands/inspect.ts";
import { addPredict } from "./commands/predict.ts";
import { addRecipes } from "./commands/recipes.ts";
import { addSummary } from "./commands/summary.ts";
import { addTrain } from "./commands/train.ts";
import { report } from "./failure.ts";
import { paintFor, tolerateClosedPipes } from "./terminal.ts";
import { version } from "./version.ts";

function makeProgram(): Command {
  const program = new Command("nabla")
    .description("Neural networks in TypeScript, compiled to WebAssembly.")
    .version(version, "-V, --version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .showHelpAfterError("(add --help to see what there is)")
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error:/, paintFor(process.stderr)("red", "error:"))),
    });
  for (const add of [addTrain, addEvaluate, addPredict, addSummary, addInspect, addRecipes, addDoctor]) add(program);
  withExamples(program, [
    ["nabla train digits-mlp", "train on 10,000 handwritten digits and save the model"],
    ["nabla recipes", "what else there is to train"],
    ["nabla doctor", "what this machine offers"],
  ]);
  return program.addHelpText("after", "\nExit codes: 0 success, 1 bad input, 2 wrong usage, 130 ended by Ctrl-C.");
}

/** Runs one command and leaves its exit code in `process.exitCode`. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  tolerateClosedPipes();
  const program = makeProgram();
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: "user" });
  } catch (error) {
    process.exitCode = report(error, args.includes("--debug"));
  }
}
