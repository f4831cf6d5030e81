// `nabla inspect <recipe|model>`: shows what a training step is compiled to.
import { existsSync, writeFileSync } from "node:fs";
import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import type { KernelRun, ProgramDescription } from "../../backends/backend.ts";
import { fileError } from "../../io/files.ts";
import { loadModel } from "../../models/load-model.ts";
import type { Model } from "../../models/model.ts";
import { formatBytes, thousands } from "../../quantities.ts";
import { backendName, startBackend } from "../../runtime/device.ts";
import { type AnswerOptions, count, withAnswerOptions, withExamples } from "../arguments.ts";
import { UsageError } from "../failure.ts";
import { kernelTable, type Measured, measuredKernels, milliseconds, scaled } from "../kernel-table.ts";
import { type Limits, measureLimits } from "../limits.ts";
import { type Inspected, type ProgramKind, programKinds, programOf } from "../programs.ts";
import { loadRecipe, recipeNames } from "../recipes.ts";
import { type Paint, paintFor, say, sayJson } from "../terminal.ts";
import { chromeTrace } from "../trace.ts";

const sections = ["overview", "graph", "kernels", "plan", "code"] as const;
type Section = (typeof sections)[number];

interface InspectOptions extends AnswerOptions {
  readonly show: readonly Section[];
  readonly program?: ProgramKind;
  readonly batchSize?: number;
  readonly measure: boolean;
  readonly trace?: string;
}

export function addInspect(program: Command): void {
  const command = program
    .command("inspect")
    .summary("show what a recipe or model is compiled to")
    .description(
      "Shows what a model is compiled to: the graph, the kernels into which it is fused, the plan of the memory, and " +
        "the generated WebAssembly. By default it shows an overview of the training step: each kernel with its work, " +
        "its time on one thread, and the least time that this machine's multiply-adds and memory allow, as a share.",
    )
    .addArgument(new Argument("<recipe|model>", "a recipe's name, or a model's file"))
    .addOption(
      new Option("--show <sections>", `what to show, separated by commas: ${sections.join(", ")} or all`)
        .argParser(readSections)
        .default(["overview"], "overview"),
    )
    .addOption(
      new Option(
        "--program <kind>",
        "which of the model's programs (default: train, where the model can be trained)",
      ).choices(programKinds),
    )
    .option("--batch-size <count>", "the number of examples of a step (default: the recipe's, or 32)", count(1))
    .option("--no-measure", "leave out the times, which take a second or two")
    .option("--trace <file>", "write the kernels of some steps as a trace for chrome://tracing or Perfetto");
  withAnswerOptions(command).action(inspect);
  withExamples(command, [
    ["nabla inspect digits-mlp", "kernels and memory of a training step"],
    ["nabla inspect digits-mlp --show kernels,plan", "in full"],
    ["nabla inspect digits-mlp --trace trace.json", "kernels on a time line, for chrome://tracing"],
    ["nabla inspect nabla-models/xor.safetensors --show code --program predict", "the generated WebAssembly"],
  ]);
}

function readSections(text: string): Section[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("all")) return sections.slice();
  const wrong = names.find((name) => !(sections as readonly string[]).includes(name));
  if (wrong !== undefined) throw new InvalidArgumentError(`Expected ${sections.join(", ")} or all, got "${wrong}".`);
  return names as Section[];
}

async function inspect(target: string, options: InspectOptions): Promise<void> {
  await startBackend();
  const { model, defaultBatchSize } = await findModel(target);
  const isCompiled = (await model.loadTraining()) !== null;
  const { batchSize = defaultBatchSize, program: kind = isCompiled ? "train" : "predict" } = options;
  const inspected = await programOf(model, kind, batchSize);
  const description = await inspected.program.describe();
  const measurement =
    options.measure && (options.json || options.show.includes("overview")) && description.kernels.length > 0
      ? await measure(inspected, description)
      : null;
  if (options.trace !== undefined) {
    const runs = measurement?.runs ?? (await inspected.profile(warmUp + traced));
    const shown = runs.filter(({ step }) => step >= warmUp && step < warmUp + traced);
    const trace = chromeTrace(`${model.name}, ${titles[kind]}`, description, shown);
    writeFile(options.trace, trace);
  }
  if (options.json) {
    const { runs: _, ...measured } = measurement ?? { runs: [] };
    sayJson({ target, program: kind, batchSize, backend: backendName(), ...description, ...measured });
    return;
  }
  const paint = paintFor(process.stdout);
  say(`${paint("bold", model.name)}, ${titles[kind]}, batches of ${batchSize}, backend ${backendName()}`);
  for (const section of options.show) {
    if (options.show.length > 1) say(`\n${paint("bold", `── ${section} ──`)}`);
    say(section === "overview" ? overview(description, measurement, paint) : show(section, description));
  }
  if (options.trace !== undefined)
    say(`\nWrote ${options.trace}: open it in chrome://tracing or https://ui.perfetto.dev.`);
}

/** The number of first steps that do not count, since engines still compile code that runs often. */
const warmUp = 20;
/** The number of steps in a trace. */
const traced = 5;
/** The duration for which whole steps are timed, in milliseconds. */
const timed = 300;

interface Measurement {
  readonly limits: Limits;
  readonly measured: readonly Measured[];
  /** The time of a whole step with all threads, in milliseconds. */
  readonly step: number;
  readonly runs: readonly KernelRun[];
}

async function measure({ run, profile }: Inspected, description: ProgramDescription): Promise<Measurement> {
  const limits = await measureLimits();
  const runs = await profile(2 * warmUp);
  const measured = measuredKernels(description, runs, warmUp, limits);
  const sum = measured.reduce((n, { milliseconds }) => n + milliseconds, 0);
  const steps = Math.max(3, Math.ceil(timed / 5 / Math.max(sum, 0.0001)));
  await run(steps);
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    await run(steps);
    times.push((performance.now() - start) / steps);
  }
  return { limits, measured, step: times.sort((a, b) => a - b)[2]!, runs };
}

/** Writes a file, which may be a pipe or a device. Throws {@link FileError}. */
function writeFile(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw fileError("write", path, error);
  }
}

const titles: Readonly<Record<ProgramKind, string>> = {
  train: "training step",
  evaluate: "evaluation step",
  predict: "prediction",
};

async function findModel(target: string): Promise<{ model: Model; defaultBatchSize: number }> {
  if (recipeNames().includes(target)) {
    const recipe = await loadRecipe(target);
    return { model: recipe.model(), defaultBatchSize: recipe.defaults.batchSize };
  }
  if (!existsSync(target) && !/[/\\.]/.test(target))
    throw new UsageError(`expected a recipe (${recipeNames().join(", ")}) or a model's file, got "${target}".`);
  return { model: await loadModel(target), defaultBatchSize: 32 };
}

function show(section: Exclude<Section, "overview">, { graph, kernels, plan, code }: ProgramDescription): string {
  switch (section) {
    case "graph":
      return graph;
    case "kernels":
      return kernels.join("\n");
    case "plan":
      return plan;
    case "code":
      return code;
  }
}

function overview(description: ProgramDescription, measurement: Measurement | null, paint: Paint): string {
  const { graph, kernels, code, memory, work } = description;
  const flop = work.reduce((n, w) => n + w.flop, 0);
  const lines = [
    `${thousands(graph.match(/^%/gm)?.length ?? 0)} graph nodes → ${kernels.length} kernels → ` +
      `${thousands(code.split("\n").length)} lines of code`,
    memoryLine(memory),
  ];
  if (measurement) {
    const { limits, step, measured } = measurement;
    const sum = measured.reduce((n, m) => n + m.milliseconds, 0);
    lines.push(
      `a step: ${milliseconds(step)} with ${threadWords(memory.threads)}, ${scaled((1000 * flop) / step, "FLOP/s")}; ` +
        `its kernels one by one: ${milliseconds(sum)}`,
    );
    lines.push(
      `limits of one thread: ${scaled(limits.flops, "FLOP/s")} of multiply-add, ` +
        `${scaled(limits.bandwidth, "B/s")} of memory that no cache holds`,
    );
  }
  return [
    ...lines,
    "",
    kernelTable(description, measurement?.measured ?? null, paint),
    `\nMore: --show ${sections.slice(1).join(",")} (or all), --program ${programKinds.join("|")}, --trace <file>`,
  ].join("\n");
}

const threadWords = (threads: number): string => `${threads} ${threads === 1 ? "thread" : "threads"}`;

function memoryLine({ arena, liveAtOnce, eachThread, threads, variables }: ProgramDescription["memory"]): string {
  const peak = arena + variables + eachThread * threads;
  const own = eachThread > 0 ? `, ${formatBytes(eachThread)} for each of ${threadWords(threads)}` : "";
  return (
    `memory at most ${formatBytes(peak)}: variables ${formatBytes(variables)}, ` +
    `temporaries ${formatBytes(arena)} (at once needed: ${formatBytes(liveAtOnce)})${own}`
  );
}
