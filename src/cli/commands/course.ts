// `nabla course`: lists the items of the course, and runs them.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Command } from "commander";
import { course, type Entry, parts, sections } from "../../../recipes/course/index.ts";
import type { Language } from "../../../recipes/tools/part.ts";
import { path, withAnswerOptions } from "../arguments.ts";
import { type Page, partText } from "../course/part-text.ts";
import { PictureFolder } from "../course/picture-files.ts";
import { languageOf, words } from "../course/words.ts";
import { failureWords, UsageError } from "../failure.ts";
import { packageRoot } from "../own-package.ts";
import { colourBitsOf, paintFor, say, sayJson, wrap } from "../terminal.ts";

interface CourseOptions {
  readonly language?: string;
  readonly out?: string;
  readonly seed?: string;
  readonly all?: true;
  readonly tiny?: true;
  readonly json?: true;
}

export function addCourse(program: Command): void {
  const command = program
    .command("course")
    .summary("run the items of the course, in English or Russian")
    .argument("[item...]")
    .option("--all")
    .option("--language <language>")
    .option("--out <folder>", "", path)
    .option("--tiny")
    .option("--seed <integer>");
  withAnswerOptions(command).helpOption("-h, --help").action(runCourse);
  let language = languageOf(undefined);
  const speak = (): void => localise(command, language);
  command.on("option:language", (text: string) => {
    failureWords.error = words[language].error;
    language = languageOf(text);
    speak();
  });
  command.configureHelp({ styleTitle: (title) => words[language].titles[title] ?? title });
  command.addHelpText("after", () => examples(language));
  speak();
}

/** Gives the help of the command the words of a language. */
function localise(command: Command, language: Language): void {
  const own = words[language];
  command.description(own.description).usage(own.usage).helpOption("-h, --help", own.help);
  command.registeredArguments[0]!.description = own.items;
  for (const option of command.options) option.description = own.options[option.long ?? ""] ?? option.description;
}

function examples(language: Language): string {
  const { title, lines } = words[language].examples;
  const width = Math.max(...lines.map(([text]) => text.length));
  return [`\n${title}`, ...lines.map(([text, what]) => `  $ ${text.padEnd(width)}  ${what}`)].join("\n");
}

async function runCourse(names: readonly string[], options: CourseOptions): Promise<void> {
  const language = languageOf(options.language);
  const own = words[language];
  failureWords.error = own.error;
  if (options.all && names.length > 0) throw new UsageError(own.allAndItems);
  const entries = options.all ? course : names.map((name) => entryOf(name, language));
  const seed = seedOf(options.seed, language);
  if (entries.length > 0) return runItems(entries, seed, language, options);
  const needless = (["out", "seed", "tiny"] as const).filter((name) => options[name] !== undefined);
  if (needless.length > 0) throw new UsageError(own.optionsWithoutItem(needless.map((name) => `--${name}`).join(", ")));
  listItems(language, options.json ?? false);
}

/** Cyrillic capitals that look like Latin ones: a Russian keyboard types them. */
const lookalikes: Readonly<Record<string, string>> = { А: "A", В: "B", С: "C", М: "M", Н: "H" };

function entryOf(name: string, language: Language): Entry {
  const id = name.toUpperCase().replace(/[АВСМН]/g, (letter) => lookalikes[letter]!);
  const entry = course.find((known) => known.id === id);
  if (entry) return entry;
  const ids = course.map((known) => known.id);
  throw new UsageError(words[language].unknownItem(name, nearest(id, ids), ids.join(", ")));
}

/** The item of the same section whose number is nearest, or "". */
function nearest(id: string, ids: readonly string[]): string {
  const distance = (known: string): number => Math.abs(Number(known.slice(1)) - Number(id.slice(1))) || 0;
  const section = ids.filter((known) => known[0] === id[0]);
  return section.sort((a, b) => distance(a) - distance(b))[0] ?? "";
}

function seedOf(text: string | undefined, language: Language): number {
  if (text === undefined) return 1;
  const seed = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seed)) return seed;
  throw new UsageError(words[language].unknownSeed(text));
}

function listItems(language: Language, json: boolean): void {
  if (json) return sayJson(course.map(({ id, section, title }) => ({ id, section, title: title[language] })));
  const paint = paintFor(process.stdout);
  const width = Math.max(...course.map(({ id }) => id.length));
  for (const [key, section] of Object.entries(sections)) {
    const entries = course.filter((entry) => entry.section === key);
    if (entries.length > 0) say(paint("bold", section[language]));
    for (const { id, title } of entries) say(`  ${id.padEnd(width)}  ${title[language]}`);
  }
  say(`\n${words[language].next} ${course[0]!.id}`);
}

/** The file of an item, to be read: in a clone its TypeScript, in the package its JavaScript. */
function sourceOf(id: string): string | undefined {
  for (const folder of ["recipes/course", "dist/recipes/course"]) {
    const at = join(packageRoot, folder);
    const files = existsSync(at) ? readdirSync(at).filter((name) => /(?<!\.d)\.[jt]s$/.test(name)) : [];
    // The first line of an item says which it is: "// N4. AND and OR by one neuron, …".
    const file = files.find((name) => readFileSync(join(at, name), "utf8").startsWith(`// ${id}. `));
    if (file) return relative(process.cwd(), join(at, file));
  }
  return undefined;
}

async function runItems(entries: readonly Entry[], seed: number, language: Language, options: CourseOptions) {
  const folder = options.out === undefined ? undefined : await PictureFolder.make(options.out, language);
  const width = Math.min(process.stdout.columns || 80, 100);
  const page: Page = { language, width, paint: paintFor(process.stdout), colourBits: colourBitsOf(process.stdout) };
  const answers = [];
  for (const entry of entries) {
    const shown = [];
    const title = entry.title[language];
    if (!options.json) say(`${page.paint("bold", wrap(`${entry.id}. ${title}`))}\n`);
    for await (const part of parts(entry, { tiny: options.tiny ?? false, seed })) {
      await folder?.add(entry.id, part);
      if (options.json) shown.push(part);
      else say(`${partText(part, page)}\n`);
      // The reader has closed the pipe (`nabla course --all | head`): nothing is left to compute for.
      if (!folder && !process.stdout.writable) return;
    }
    answers.push({ id: entry.id, title, parts: shown });
    const source = sourceOf(entry.id);
    if (source && !options.json) say(`${page.paint("dim", `${words[language].code} ${source}`)}\n`);
  }
  if (options.json) sayJson(answers);
  else if (folder) say(wrap(words[language].written(folder.count, options.out!)));
}
