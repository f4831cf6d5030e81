// `nabla recipes`: lists the recipes.
import type { Command } from "commander";
import { type AnswerOptions, withAnswerOptions, withExamples } from "../arguments.ts";
import { boundOf } from "../figures.ts";
import { loadRecipe, recipeNames } from "../recipes.ts";
import { paintFor, say, sayJson } from "../terminal.ts";

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
    say(wrap(description, 96, "  "));
    const { epochs, batchSize, learningRate } = defaults;
    say(`  Defaults: --epochs ${epochs} --batch-size ${batchSize} --learning-rate ${learningRate}`);
    say(`  Expected: ${expected.map((figure) => `${figure.metric} ${boundOf(figure)} on ${figure.on}`).join("; ")}\n`);
  }
  say(`Train one: npx nabla train ${recipes[0]?.name ?? "<recipe>"}`);
}

/** Breaks a paragraph into lines of at most `width` characters. */
function wrap(text: string, width: number, indent: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1) ?? ""} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line) => indent + line).join("\n");
}
