// `nabla recipes`: lists the recipes.
import type { Command } from "commander";
import { type AnswerOptions, withAnswerOptions, withExamples } from "../arguments.ts";
import { boundOf } from "../figures.ts";
import { loadRecipe, recipeNames } from "../recipes.ts";
import { paintFor, say, sayJson, wrap } from "../terminal.ts";

export function addRecipes(program: Command): void {
  const command = program
    .command("recipes")
    .alias("list")
    .summary("list what there is to train")
    .description("Lists the recipes: what each trains, with which settings, and the figure that it is to reach.");
  withAnswerOptions(command).action(listRecipes);
  withExamples(command, [
    ["nabla recipes", ""],
    ["nabla recipes --json", "for programs"],
  ]);
}

async function listRecipes({ json }: AnswerOptions): Promise<void> {
  const all = await Promise.all(recipeNames().map(loadRecipe));
  const recipes = all.map(({ name, title, description, defaults, expected }) => ({
    name,
    title,
    description,
    defaults,
    expected,
  }));
  if (json) {
    sayJson(recipes);
    return;
  }
  const paint = paintFor(process.stdout);
  for (const { name, title, description, defaults, expected } of recipes) {
    say(`${paint("bold", name)}  ${title}`);
    say(wrap(`  ${description}`));
    const { epochs, batchSize, learningRate } = defaults;
    say(`  Defaults: --epochs ${epochs} --batch-size ${batchSize} --learning-rate ${learningRate}`);
    const figures = expected.map((figure) => `${figure.metric} ${boundOf(figure)} on ${figure.on}`);
    say(`${wrap(`  Expected: ${figures.join("; ")}`)}\n`);
  }
  say(`Train one: npx nabla train ${recipes[0]?.name ?? "<recipe>"}`);
}
