// Trains recipes in full, each in a process of its own, and writes what they reach into recipes/README.md:
//   npm run recipes                                      all recipes on their own data, seeds 1 to 3
//   npm run recipes -- lenet vae --seeds 1               some of them
//   npm run recipes -- lenet --data ../mnist             one on data of one's own, if it has a figure for them
//   npm run recipes -- lenet --out models                keeps the models and pictures, each seed in a folder of its own
// Results are kept in recipes/figures.json: what is not run again stays.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = join(root, "bin", "nabla.js");
const figuresFile = join(root, "recipes", "figures.json");
const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: "string", default: "1,2,3" },
    data: { type: "string" },
    variant: { type: "string" },
    out: { type: "string" },
  },
});

/** Tells the seconds of all cores when the process ends: unlike the clock they are the same on a busy machine. */
const countSeconds =
  "data:text/javascript,process.on('exit', () => { const { user, system } = process.cpuUsage(); " +
  "process.stderr.write('\\n' + (user + system) / 1e6); })";

const nabla = (...args) => {
  const command = ["--import", countSeconds, bin, ...args];
  const run = spawnSync(process.execPath, command, { encoding: "utf8", maxBuffer: 2 ** 30 });
  const told = run.stderr.trim().split("\n");
  const cpuSeconds = Number(told.pop());
  if (run.status !== 0) return { error: told.filter((line) => line !== "").at(-1) };
  const answer = JSON.parse(run.stdout);
  return Array.isArray(answer) ? answer : { ...answer, cpuSeconds };
};

const recipes = nabla("recipes", "--json", "--language", "en");
const known = new Set(recipes.map(({ name }) => name));
const unknown = names.filter((name) => !known.has(name));
if (unknown.length > 0) {
  console.error(`unknown recipes: ${unknown.join(", ")}. Known: ${[...known].join(", ")}.`);
  process.exit(2);
}

/** The measures of a run, by the data on which they were measured. */
function remember(figures, name, seed, { evaluation, expected, baselines = [], cpuSeconds }) {
  for (const { metric, atLeast, atMost, on } of expected) {
    const where = options.variant === undefined ? on.en : `${on.en} (--variant ${options.variant})`;
    const entry = ((figures[name] ??= {})[`${metric} on ${where}`] ??= { metric, on: where, runs: {} });
    entry.asked = { ...(atLeast !== undefined && { atLeast }), ...(atMost !== undefined && { atMost }) };
    entry.baselines = Object.fromEntries(
      baselines.filter((baseline) => baseline.metric === metric).map(({ name: { en }, value }) => [en, value]),
    );
    entry.runs[seed] = { value: evaluation[metric], cpuSeconds };
  }
}

const figures = JSON.parse(readFileSync(figuresFile, "utf8"));
const scratch = mkdtempSync(join(tmpdir(), "nabla-recipes-"));
try {
  const chosen = recipes.filter((recipe) => names.length === 0 || names.includes(recipe.name));
  for (const { name } of chosen)
    for (const seed of options.seeds.split(",")) {
      const extra = ["data", "variant"].flatMap((key) =>
        options[key] === undefined ? [] : [`--${key}`, options[key]],
      );
      const folder = options.out === undefined ? scratch : join(options.out, `seed-${seed}`);
      const result = nabla("train", name, "--json", "--seed", seed, "--out", folder, ...extra);
      if (result.error) console.error(`${name}, seed ${seed}: ${result.error}`);
      else {
        console.log(`${name}, seed ${seed}: ${JSON.stringify(result.evaluation)} in ${result.cpuSeconds.toFixed(0)} s`);
        remember(figures, name, seed, result);
        writeFileSync(figuresFile, `${JSON.stringify(figures, null, 2)}\n`);
      }
    }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

const rounded = (value) => String(Number(value.toPrecision(4)));
const formatted = (metric, value) => (/accuracy/i.test(metric) ? `${(100 * value).toFixed(2)} %` : rounded(value));

/** Mean, and least and greatest where there are several. */
function reached(metric, runs) {
  const values = Object.values(runs).map(({ value }) => value);
  const mean = formatted(metric, values.reduce((a, b) => a + b) / values.length);
  if (values.length === 1) return `${mean} (one seed)`;
  return `${mean} (${formatted(metric, Math.min(...values))} … ${formatted(metric, Math.max(...values))})`;
}

const rows = recipes.flatMap(({ name, items, title }) =>
  Object.values(figures[name] ?? {}).map(({ metric, on, asked, baselines, runs }) => {
    const bounds = [
      ...(asked.atLeast === undefined ? [] : [`≥ ${formatted(metric, asked.atLeast)}`]),
      ...(asked.atMost === undefined ? [] : [`≤ ${formatted(metric, asked.atMost)}`]),
    ];
    const simpler = Object.entries(baselines).map(([simple, value]) => `${simple}: ${formatted(metric, value)}`);
    const seconds = Object.values(runs).map((run) => run.cpuSeconds);
    const mean = Math.round(seconds.reduce((a, b) => a + b) / seconds.length);
    return { name, items, title, metric, on, bounds, simpler, seconds: mean, reached: reached(metric, runs) };
  }),
);

const markdown = `<!-- The table is written by "npm run recipes" from recipes/figures.json; edits by hand are lost. -->

# What the recipes reach

Every recipe is one file in this folder: \`npx nabla train <recipe>\` trains it, \`npx nabla recipes <recipe>\` tells about
it. Figures are means over seeds, least and greatest in brackets, on data that were held out; a simpler answer to the same
question stands beside them. Seconds are those of all cores together, for the whole command; on two idle cores it takes
little more than half as long.

| item | recipe | figure | reached | to reach | a simpler answer | CPU s |
| --- | --- | --- | --- | --- | --- | --- |
${rows
  .map(
    (row) =>
      `| ${row.items.join(", ")} | \`${row.name}\` | ${row.metric} on ${row.on} | ${row.reached} | ` +
      `${row.bounds.join(", ")} | ${row.simpler.join("; ")} | ${row.seconds} |`,
  )
  .join("\n")}
`;
writeFileSync(join(root, "recipes", "README.md"), markdown);
