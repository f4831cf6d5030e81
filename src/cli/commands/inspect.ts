// `nabla inspect <recipe|model>`: what a training step is compiled to.
import { existsSync } from "node:fs";
import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import type { ProgramDescription } from "../../backends/backend.ts";
import { backend } from "../../runtime/device.ts";
import { loadModel } from "../../train/load-model.ts";
import type { Model } from "../../train/model.ts";
import { formatBytes } from "../../train/summary.ts";
import { type AnswerOptions, count, withAnswerOptions, withExamples } from "../arguments.ts";
import { UsageError } from "../failure.ts";
import { kernelTable } from "../kernel-table.ts";
import { type ProgramKind, programKinds, programOf } from "../programs.ts";
import { loadRecipe, recipeNames } from "../recipes.ts";
import { thousands } from "../table.ts";
import { type Paint, paintFor, say, sayJson } from "../terminal.ts";

const sections = ["overview", "graph", "kernels", "plan", "code"] as const;
type Section = (typeof sections)[number];

interface InspectOptions extends AnswerOptions {
  readonly show: readonly Section[];
  readonly program?: ProgramKind;
  readonly batchSize?: number;
}

export function addInspect(program: Command): void {
  const command = program
    .command("inspect")
    .summary("show what a recipe or model is compiled to")
    .description(
      "Shows what a model is compiled to: the graph, the kernels into which it is fused, the plan of the memory,\n" +
        "and the generated WebAssembly. By default an overview of the training step.",
    )
    .addArgument(new Argument("<recipe|model>", "a recipe's name, or a model's file"))
    .option("--show <sections>", `what to show, with commas: ${sections.join(", ")} or all`, readSections, ["overview"])
    .addOption(new Option("--program <kind>", "which of the model's programs (default: train, where the model can be trained)").choices(programKinds))
    .option("--batch-size <count>", "how many examples a step sees (default: the recipe's, or 32)", count(1));
  withAnswerOptions(command).action(inspect);
  withExamples(command, [
    ["nabla inspect digits-mlp", "kernels and memory of a training step"],
    ["nabla inspect digits-mlp --show kernels,plan", "in full"],
    ["nabla inspect nabla-models/xor.safetensors --show code --program predict", "the generated WebAssembly"],
  ]);
}

function readSections(text: string): Section[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("all")) return sections.slice();
  const wrong = names.find((name) => !(sections as readonly string[]).includes(name));
  if (wrong !== undefined) throw new InvalidArgumentError(`There is no section "${wrong}": ${sections.join(", ")} or all.`);
  return names as Section[];
}

async function inspect(target: string, options: InspectOptions): Promise<void> {
  backend();
  const { model, defaultBatchSize } = await findModel(target);
  const { batchSize = defaultBatchSize, program: kind = model.training ? "train" : "predict" } = options;
  const program = await programOf(model, kind, batchSize);
  const description = program.describe();
  if (options.json) {
    sayJson({ target, program: kind, batchSize, backend: backend().name, ...description });
    return;
  }
  const paint = paintFor(process.stdout);
  say(`${paint("bold", model.name)}, ${titles[kind]}, batches of ${batchSize}, backend ${backend().name}`);
  for (const section of options.show) {
    if (options.show.length > 1) say(`\n${paint("bold", `── ${section} ──`)}`);
    say(show(section, description, paint));
  }
}

const titles: Readonly<Record<ProgramKind, string>> = { train: "training step", evaluate: "evaluation step", predict: "prediction" };

async function findModel(target: string): Promise<{ model: Model; defaultBatchSize: number }> {
  if (recipeNames().includes(target)) {
    const recipe = await loadRecipe(target);
    return { model: recipe.model(), defaultBatchSize: recipe.defaults.batchSize };
  }
  if (!existsSync(target) && !/[/\\.]/.test(target)) throw new UsageError(`"${target}" is neither a recipe (${recipeNames().join(", ")}) nor a model's file.`);
  return { model: await loadModel(target), defaultBatchSize: 32 };
}

function show(section: Section, { graph, kernels, plan, code, workingBytes }: ProgramDescription, paint: Paint): string {
  switch (section) {
    case "graph":
      return graph;
    case "kernels":
      return kernels.join("\n");
    case "plan":
      return plan;
    case "code":
      return code;
    case "overview":
      return [
        `${thousands(graph.match(/^%/gm)?.length ?? 0)} graph nodes → ${kernels.length} kernels → ${thousands(code.split("\n").length)} lines of code · ${formatBytes(workingBytes)} of working memory\n`,
        kernelTable(kernels, paint),
        `\nMore: --show ${sections.slice(1).join(",")} (or all), --program ${programKinds.join("|")}`,
      ].join("\n");
  }
}
