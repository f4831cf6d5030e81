// `nabla recipes`: lists the recipes by the course's identifiers, or describes one.
import type { Command } from "commander";
import { both, type Language, type Text } from "../../../recipes/tools/part.ts";
import type { Recipe } from "../../../recipes/tools/recipe.ts";
import { type AnswerOptions, withAnswerOptions, withExamples } from "../arguments.ts";
import { languageOf } from "../course/words.ts";
import { boundOf } from "../figures.ts";
import { recipeWords } from "../recipe-words.ts";
import { loadRecipe, recipeNames } from "../recipes.ts";
import { paintFor, say, sayJson, wrap } from "../terminal.ts";

interface RecipesOptions extends AnswerOptions {
  readonly language?: string;
}

export function addRecipes(program: Command): void {
  const command = program
    .command("recipes")
    .alias("list")
    .summary("list what there is to train")
    .description("Lists the recipes by the course's items, or tells all about one: model, data, figures, paper.")
    .argument("[recipe]", "the one to tell about")
    .option("--language <language>", "en or ru (default: the environment's)");
  withAnswerOptions(command).action(showRecipes);
  withExamples(command, [
    ["nabla recipes", ""],
    ["nabla recipes digits-mlp", "one of them: its data, its figures, its paper"],
    ["nabla recipes --json", "for programs"],
  ]);
}

async function showRecipes(name: string | undefined, options: RecipesOptions): Promise<void> {
  const language = languageOf(options.language);
  const chosen = await Promise.all((name === undefined ? recipeNames() : [name]).map(loadRecipe));
  if (options.json) sayJson(chosen.map((recipe) => inJson(recipe, language)));
  else if (name !== undefined) describe(chosen[0]!, language);
  else list(chosen, language);
}

/** The parts of the course, by the letters with which items begin. */
const parts: Readonly<Record<string, Text>> = {
  N: both("Neurons", "Нейроны"),
  S: both("The course's systems", "Системы курса"),
};

/** The number of a recipe's first item: S12 stands after S2. */
const place = ({ items }: Recipe): number => Number(/\d+/.exec(items[0]!)?.[0]);

function list(recipes: readonly Recipe[], language: Language): void {
  const paint = paintFor(process.stdout);
  const words = recipeWords[language];
  const ids = (recipe: Recipe): string => recipe.items.join(", ");
  const [nameWidth, idWidth] = [({ name }: Recipe) => name, ids].map((of) =>
    Math.max(...recipes.map((recipe) => of(recipe).length)),
  );
  for (const [letter, title] of Object.entries(parts)) {
    say(paint("bold", title[language]));
    const group = recipes.filter(({ items }) => items[0]!.startsWith(letter));
    for (const recipe of group.sort((a, b) => place(a) - place(b))) {
      const name = paint("bold", recipe.name.padEnd(nameWidth!));
      const indent = idWidth! + nameWidth! + 6;
      const title = wrap(recipe.title[language], { columns: (process.stdout.columns || 80) - indent });
      say(`  ${ids(recipe).padEnd(idWidth!)}  ${name}  ${title.replaceAll("\n", `\n${" ".repeat(indent)}`)}`);
    }
  }
  say(`\n${words.trainOne} npx nabla train ${recipes[0]!.name}`);
  say(`${words.moreAbout} npx nabla recipes ${recipes[0]!.name}`);
}

function describe(recipe: Recipe, language: Language): void {
  const paint = paintFor(process.stdout);
  const words = recipeWords[language];
  const { epochs, batchSize, learningRate } = recipe.defaults;
  say(`${paint("bold", recipe.title[language])} (${[recipe.name, ...recipe.items].join(", ")})`);
  say(`${wrap(recipe.description[language])}\n`);
  say(wrap(`${words.source} ${recipe.source}`));
  say(wrap(`${words.data} ${recipe.data[language]}`));
  say(`${words.defaults} --epochs ${epochs} --batch-size ${batchSize} --learning-rate ${learningRate}`);
  const figures = recipe.expected.map((figure) =>
    words.figure(`${figure.metric} ${boundOf(figure, language)}`, figure.on[language]),
  );
  if (figures.length > 0) say(wrap(`${words.figures} ${figures.join("; ")}`));
  const variants = Object.entries(recipe.variants ?? {});
  if (variants.length > 0) say(words.variants);
  for (const [name, about] of variants) say(wrap(`  ${name}: ${about[language]}`));
  say(`\n${words.trainOne} npx nabla train ${recipe.name}`);
}

function inJson(recipe: Recipe, language: Language) {
  const { name, items, title, description, source, data, defaults, expected, variants = {} } = recipe;
  return {
    name,
    items,
    title: title[language],
    description: description[language],
    source,
    data: data[language],
    defaults,
    expected: expected.map((figure) => ({ ...figure, on: figure.on[language] })),
    variants: Object.fromEntries(Object.entries(variants).map(([key, about]) => [key, about[language]])),
  };
}
