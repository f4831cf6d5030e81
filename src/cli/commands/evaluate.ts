// `nabla evaluate <model>`: a saved model's loss and metrics on held-out data.
import type { Command } from "commander";
import { startBackend } from "../../runtime/device.ts";
import { type AnswerOptions, path, withAnswerOptions, withExamples } from "../arguments.ts";
import { confusionOf, confusionTable } from "../confusion.ts";
import { languageOf } from "../course/words.ts";
import { UsageError } from "../failure.ts";
import { measureLines } from "../figures.ts";
import { ownWords } from "../own-words.ts";
import { DownloadProgress } from "../progress.ts";
import { loadRecipeModel } from "../recipe-model.ts";
import { heldOutName, recipeWords } from "../recipe-words.ts";
import { loadRecipe, recipeNames } from "../recipes.ts";
import { paintFor, say, sayJson, shellWord } from "../terminal.ts";

interface EvaluateOptions extends AnswerOptions {
  readonly data?: string;
  readonly on?: string;
  readonly language?: string;
  readonly tiny?: true;
}

export function addEvaluate(program: Command): void {
  const command = program
    .command("evaluate")
    .summary("measure a saved model on held-out data")
    .description("Measures a saved model on the data that its recipe holds out, or on those of another recipe.")
    .argument("<model>", "a model's file, as train saves it", path)
    .option("--on <recipe>", "the recipe whose held-out data to take (default: the one that the model is named after)")
    .option("--data <folder>", "the folder that holds the data (default: the recipe's own)", path)
    .option("--language <language>", "of what is said, en or ru (default: the environment's)")
    .option("--tiny", "only the few examples of a tiny run");
  withAnswerOptions(command).action(evaluate);
  withExamples(command, [
    ["nabla evaluate nabla-models/digits-mlp.safetensors", "on the 2,000 digits held out"],
    ["nabla evaluate nabla-models/digits-mlp.safetensors --on mnist-mlp --data ../mnist", "on MNIST's test images"],
  ]);
}

async function evaluate(file: string, { json, data, on, tiny, ...options }: EvaluateOptions): Promise<void> {
  const language = languageOf(options.language);
  await startBackend();
  const { model, recipe: own, variant } = await loadRecipeModel(file);
  if (on === undefined && model.dataInfo.preparation !== undefined)
    throw new UsageError(ownWords[language].measured(model.name, `npx nabla predict ${shellWord(file)} <data>`));
  const recipe = on === undefined ? own : await loadRecipe(on);
  if (recipe === null)
    throw new UsageError(
      `expected a model of a recipe, got "${model.name}" in "${file}": ` +
        `name the recipe whose data to use with --on (${recipeNames().join(", ")}).`,
    );
  if (recipe.loadData === undefined) throw new UsageError(recipeWords[language].measuredByTraining(recipe.name));
  const downloading = new DownloadProgress(process.stderr, language);
  const { train, test } = await recipe
    .loadData({
      data,
      tiny,
      variant: on === undefined ? variant : undefined,
      onDownload: (received) => downloading.show(received),
    })
    .finally(() => downloading.end());
  const evaluation = await model.evaluate(test);
  const confusion = await confusionOf(model, test);
  if (json) {
    sayJson({
      model: file,
      recipe: recipe.name,
      examples: test.size,
      evaluation,
      ...(confusion && { classNames: model.classNames ?? null, confusion }),
    });
    return;
  }
  const paint = paintFor(process.stdout);
  const measured = recipeWords[language].on(heldOutName(model, train, test, language));
  say(`${paint("bold", model.name)}, ${test.name}. ${measured}`);
  say(measureLines({ evaluation, expected: [] }, paint, language).join("\n"));
  if (confusion) say(`\n${confusionTable(confusion, model.classNames, paint, ownWords[language])}`);
}
