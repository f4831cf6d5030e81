// `nabla generate <model>`: what a saved model makes of itself: a text, pictures, a game that it plays.
import type { Command } from "commander";
import { startBackend } from "../../runtime/device.ts";
import { type AnswerOptions, count, path, positive, withAnswerOptions, withExamples } from "../arguments.ts";
import { languageOf } from "../course/words.ts";
import { UsageError } from "../failure.ts";
import { loadRecipeModel } from "../recipe-model.ts";
import { recipeWords } from "../recipe-words.ts";
import { showParts } from "../show-parts.ts";
import { sayJson } from "../terminal.ts";

/** More samples than these fill the memory of some recipes, and are nothing to look at. */
const mostSamples = 10_000;

interface GenerateOptions extends AnswerOptions {
  readonly count?: number;
  readonly temperature?: number;
  readonly seed: number;
  readonly out?: string;
  readonly language?: string;
}

export function addGenerate(program: Command): void {
  const command = program
    .command("generate")
    .summary("let a saved model write a text, draw pictures or play a game")
    .description(
      "Lets a model of a recipe make something new: a language model goes on with a text, a generative model draws " +
        "pictures, a player plays its game. The same seed makes the same thing.",
    )
    .argument("<model>", "a model's file, as train saves it", path)
    .argument("[text...]", "for a language model: what the text begins with; for a bot: a question")
    .option(
      "--count <count>",
      `the number of letters, or of samples, at most ${mostSamples} (default: the recipe's)`,
      count(1, mostSamples, "for more, run it again with another --seed"),
    )
    .option("--temperature <number>", "below 1 likelier samples, above 1 more varied ones (default: 1)", positive)
    .option("--seed <number>", "of what is drawn at random", count(0), 1)
    .option("--out <stem>", "pictures are written to files whose names begin so (default: the model's name)", path)
    .option("--language <language>", "of what is printed, en or ru (default: the environment's)");
  withAnswerOptions(command).action(generate);
  withExamples(command, [
    ['nabla generate nabla-models/gpt.safetensors "To be" --count 400', "goes on with a text"],
    ["nabla generate nabla-models/vae.safetensors --seed 7 --out faces", "draws pictures: faces-1.png"],
  ]);
}

async function generate(file: string, text: readonly string[], options: GenerateOptions): Promise<void> {
  const language = languageOf(options.language);
  await startBackend();
  const { model, recipe } = await loadRecipeModel(file);
  if (!recipe?.generate) throw new UsageError(recipeWords[language].noGenerate(recipe?.name ?? model.name));
  const { seed, count, temperature, json, out } = options;
  const parts = recipe.generate(model, {
    files: [],
    text: text.length === 0 ? undefined : text.join(" "),
    seed,
    count,
    temperature,
  });
  const stem = out ?? `${file.replace(/\.safetensors$/, "")}-sample`;
  const shown = await showParts(parts, { stem, language, stream: json ? null : process.stdout });
  if (json) sayJson(shown);
}
