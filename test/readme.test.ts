// Every command and every program of the READMEs and of docs/from-keras.md is run, or held to exist; a comment before a
// block can say how:
//   <!-- test: tiny -->             trainings run with --tiny
//   <!-- test: exists -->           commands are not run, but each with its options must be known
//   <!-- test: continues -->        the program goes on from the one before it
//   <!-- test: given texts -->      the program finds the data of that name in `given`, in docs/from-keras.md
//   <!-- test: not run, because …   -->
import { exec, execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, inject, it } from "vitest";
import { type Block, fencedBlocks } from "./markdown.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const clone = inject("clone");
const project = inject("project");
const env = { ...process.env, NABLA_CACHE: inject("cache") };

const packageFile = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<
  "bin" | "scripts" | "dependencies" | "devDependencies",
  Record<string, string>
> & { readonly version: string };

/** The programs by name, all of which are compiled when the first one is needed. */
const programs = new Map<string, string>();
let compilation: Promise<string> | null = null;

/** Scripts that would run this test again, or for minutes. */
const notRunScripts = new Set(["test", "bench"]);
const notRun = /^not run, because \S/;

for (const file of ["README.md", "README.ru.md"]) {
  describe(file, () => {
    const path = join(root, file);
    const blocks = existsSync(path) ? fencedBlocks(readFileSync(path, "utf8")) : [];
    const of = (language: string): Block[] =>
      blocks.filter((block) => block.language === language && !notRun.test(block.note));

    it("shows commands and programs, in languages and with comments that this test knows", () => {
      expect(existsSync(path), `${file} is missing`).toBe(true);
      expect(of("sh").length).toBeGreaterThan(0);
      expect(of("ts").length).toBeGreaterThan(0);
      const known: Record<string, readonly string[]> = {
        sh: ["", "tiny", "exists"],
        ts: ["", "continues"],
        text: [""],
        json: [""],
      };
      const unknown = blocks.filter(
        ({ language, note }) => !(language in known) || !(known[language]!.includes(note) || notRun.test(note)),
      );
      expect(
        unknown.map(({ language, note, line }) => `line ${line}: a block of "${language}" with the comment "${note}"`),
      ).toEqual([]);
    });

    for (const block of of("sh")) {
      for (const command of commands(block.text)) {
        it(`line ${block.line}: ${command}`, () => checkCommand(command, block.note), 120_000);
      }
    }

    for (const [i, { line, text }] of joinContinued(of("ts")).entries())
      testProgram(line, `${file.replaceAll(".", "-")}-${i + 1}`, text);
  });
}

/** The data that the programs of docs/from-keras.md take as given: small, and made up. */
const images = `
const images = await random.uniform(random.key(1), [40, 28, 28, 1]).array<4>();
const [xTrain, xTest] = [images.slice(0, 32), images.slice(32)];
const [yTrain, yTest] = [xTrain, xTest].map((part) => part.map((_, i) => i % 2));`;
const given: Readonly<Record<string, string>> = {
  images,
  trained: `${images}
import { layers as l, sequential as s } from "nabla";
await s([l.flatten(), l.dense(8), l.dense(10)], { inputShape: [28, 28, 1] }).save("digits.safetensors");`,
  texts: `
const texts = Array.from({ length: 20 }, (_, i) =>
  Array.from({ length: 9 }, (_, t) => (t < 3 + (i % 6) ? 1 + i + 100 * t : 0)));
const labels = texts.map((_, i) => i % 2);`,
  series: "const series = Array.from({ length: 100 }, (_, i) => Math.sin(i / 2));",
  pairs: `
const [lefts, rights] = [1, 2].map((seed) => random.normal(random.key(seed), [40, 8]));
const [sames, prices] = [2, 10].map((n) => Array.from({ length: 40 }, (_, i) => (i % n) / (n - 1)));`,
  pages: `
const pages = Array.from({ length: 8 }, (_, i) => Array.from({ length: 24 }, (_, t) => (i + 5 * t) % 96));
const nextLetters = pages.map((page) => page.map((letter) => (letter + 5) % 96));`,
  points: "const points = await random.normal(random.key(3), [256, 2]).array<2>();",
};

describe("docs/from-keras.md", () => {
  const blocks = fencedBlocks(readFileSync(join(root, "docs/from-keras.md"), "utf8"));
  const pairs = blocks
    .filter(({ language }) => language === "ts")
    .map((block) => ({ nabla: block, keras: blocks[blocks.indexOf(block) - 1] as Block }));
  const lines = ({ text }: Block): number => text.split("\n").filter((line) => line.trim() !== "").length;

  it("shows at least eight networks, Keras's half before Nabla's", () => {
    expect(pairs.length).toBeGreaterThanOrEqual(8);
    expect(blocks.length).toBe(2 * pairs.length);
    expect(pairs.map(({ keras }) => keras.language)).toEqual(pairs.map(() => "py"));
  });
  for (const [i, { nabla, keras }] of pairs.entries()) {
    it(`line ${nabla.line}: Nabla's half is as short or shorter`, () => {
      expect(lines(nabla)).toBeLessThanOrEqual(lines(keras));
      for (const line of [...nabla.text.split("\n"), ...keras.text.split("\n")])
        expect(line.length).toBeLessThanOrEqual(120);
    });
    const name = nabla.note.replace(/^given /, "");
    const data = given[name];
    if (data === undefined) throw new Error(`line ${nabla.line}: no data is given by the name "${name}".`);
    const [, imports = "", rest = ""] = /^((?:import [^;]*;\n)*)([\s\S]*)$/.exec(nabla.text) ?? [];
    const text = `${imports}import { random as rng } from "nabla";\n${data.replaceAll("random.", "rng.")}\n${rest}`;
    testProgram(nabla.line, `from-keras-${i + 1}`, `${text}\nvoid rng;`);
  }
});

/** The commands of a block: comments dropped, lines that end in \ joined, and what && joins apart. */
function commands(text: string): string[] {
  return text
    .replace(/\\\n\s*/g, "")
    .split(/\n|&&/)
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter(Boolean);
}

async function checkCommand(command: string, note: string): Promise<void> {
  const [program, first, ...rest] = command.split(/\s+/);
  // The tests run in such a clone.
  if (program === "cd" || (program === "git" && first === "clone")) return;
  if (program === "npm" && (first === "install" || first === "ci")) {
    const known = ["nabla", ...Object.keys(packageFile.dependencies), ...Object.keys(packageFile.devDependencies)];
    const tarball = `nabla-${packageFile.version}.tgz`;
    const isKnown = (word: string): boolean =>
      word.startsWith("-") || known.includes(word) || basename(word) === tarball;
    return expect(rest.filter((word) => !isKnown(word))).toEqual([]);
  }
  // test/consumer.test.ts packs the package and installs it in an empty project.
  if (note === "exists" && ["npm pack", "npm init -y", "npm pkg set type=module"].includes(command)) return;
  if (program === "npm") {
    const script = first === "run" ? rest[0]! : first!;
    expect(Object.keys(packageFile.scripts)).toContain(script);
    if (note === "exists" || notRunScripts.has(script)) return;
    return run(
      note === "tiny" && script === "start" ? `${command}${command.includes(" -- ") ? "" : " --"} --tiny` : command,
    );
  }
  if (program === "npx" && first === "nabla") {
    if (note === "exists") return checkOptions(rest);
    return run(note === "tiny" && rest[0] === "train" ? `${command} --tiny` : command);
  }
  throw new Error(`this test has no rule for the command "${command}".`);
}

const outputs = new Map<string, Promise<string>>();

/** Runs a command in the clone; the same one only once, as the READMEs of both languages have it. */
async function run(command: string): Promise<void> {
  await output(command);
}

/** What `npx nabla` starts, which starts slowly itself: only the first command is run by it. */
const started = `"${process.execPath}" ${packageFile.bin["nabla"]}`;

function output(command: string): Promise<string> {
  const known = outputs.get(command);
  if (known) return known;
  const isFirst = ![...outputs.keys()].some((other) => other.startsWith("npx nabla "));
  const line = isFirst ? command : command.replace(/^npx nabla\b/, started);
  // Whatever a README shows must work without answering questions.
  const result = promisify(exec)(line, {
    cwd: clone,
    env: { ...env, npm_config_yes: "false" },
    maxBuffer: 1 << 26,
  }).then(({ stdout }) => stdout);
  outputs.set(command, result);
  return result;
}

async function checkOptions(words: readonly string[]): Promise<void> {
  const help = await output(`npx nabla ${/^\w/.exec(words[0] ?? "") ? words[0] : ""} --help`);
  for (const word of words.filter((word) => word.startsWith("-"))) expect(help).toContain(word.replace(/=.*/, ""));
}

function joinContinued(blocks: readonly Block[]): { line: number; text: string }[] {
  const joined: { line: number; text: string }[] = [];
  for (const { line, text, note } of blocks) {
    if (note !== "continues") joined.push({ line, text });
    else if (joined.length === 0) throw new Error(`line ${line}: there is no program to go on from.`);
    else joined.at(-1)!.text += `\n${text}`;
  }
  return joined;
}

/** The errors of all programs, compiled with their types in a user's project. */
async function compilePrograms(): Promise<string> {
  mkdirSync(join(project, "readme"), { recursive: true });
  const files = [...programs.keys()].map((name) => join("readme", `${name}.ts`));
  // Without an import or export it would be no module, and could not await.
  for (const [name, text] of programs) writeFileSync(join(project, "readme", `${name}.ts`), `${text}\nexport {};\n`);
  const require = createRequire(import.meta.url);
  const tsc = join(
    dirname(require.resolve("typescript/package.json")),
    (require("typescript/package.json") as { bin: { tsc: string } }).bin.tsc,
  );
  const types = ["--strict", "--target", "es2022", "--module", "nodenext", "--types", "node"];
  const written = ["--rootDir", "readme", "--outDir", "readme/out", "--removeComments"];
  const compiling = promisify(execFile)(process.execPath, [tsc, ...types, ...written, ...files], { cwd: project });
  return compiling.then(
    () => "",
    ({ stdout }: { stdout: string }) => stdout,
  );
}

/** The runs by their JavaScript without comments, in which the READMEs of both languages agree. */
const runs = new Map<string, Promise<unknown>>();

/** A test that a program compiles with its types, and runs. */
function testProgram(line: number, name: string, text: string): void {
  programs.set(name, text);
  const check = async (): Promise<void> => {
    compilation ??= compilePrograms();
    const errors = (await compilation).split("\n").filter((error) => error.includes(`${name}.ts(`));
    expect(errors, "the program does not type-check").toEqual([]);
    const code = readFileSync(join(project, "readme", "out", `${name}.js`), "utf8");
    const run = () =>
      promisify(exec)(`"${process.execPath}" readme/out/${name}.js`, { cwd: project, env, maxBuffer: 1 << 26 });
    if (!runs.has(code)) runs.set(code, run());
    await runs.get(code);
  };
  it(`line ${line}: a program type-checks and runs`, check, 120_000);
}

describe("the reader of Markdown", () => {
  it("finds blocks with their comments", () => {
    const text = "a\n```sh\nnpm start\n```\n\n<!-- test: tiny -->\n\n- b\n".replace(
      "- b\n",
      "  ```ts\n  let x;\n    y;\n  ```\n",
    );
    expect(fencedBlocks(text)).toEqual([
      { language: "sh", text: "npm start", line: 2, note: "" },
      { language: "ts", text: "let x;\n  y;", line: 8, note: "tiny" },
    ]);
  });

  it("refuses what it would have to skip", () => {
    expect(() => fencedBlocks("```ts\nlet x;\n")).toThrow("line 1: the block is not closed");
    expect(() => fencedBlocks("<!-- test: tiny -->\nwords\n```sh\n```\n")).toThrow(
      "line 2: the comment <!-- test: tiny --> has no block after it",
    );
    expect(() => fencedBlocks("<!-- test: tiny -->\n")).toThrow("has no block after it");
    expect(() => fencedBlocks('```ts title="x"\nlet x;\n```\n')).toThrow("no fence that this reader knows");
  });

  it("takes commands apart", () => {
    expect(commands("# first\nnpm install && npm start  # trains\nnpx nabla train \\\n  xor\n")).toEqual([
      "npm install",
      "npm start",
      "npx nabla train xor",
    ]);
  });

  it("knows no other commands", async () => {
    await expect(checkCommand("rm -rf /", "")).rejects.toThrow("no rule");
    await expect(checkCommand("npm run nothing", "")).rejects.toThrow();
    await expect(checkCommand("npm install left-pad", "")).rejects.toThrow();
  });
});
