// `npm run bench`: Nabla and its peers, side by side in one run.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { baselineFile, changeLines, changes, readBaseline } from "./baseline.mjs";
import { contenders, limits } from "./contenders.mjs";
import { products } from "./families/product.mjs";
import { installPeers } from "./install.mjs";
import { benchWorkload } from "./measure.mjs";
import { machineLine, productTable, table, toJson, versionLines } from "./report.mjs";
import { workloads, writeTrainingData } from "./workloads.mjs";

const names = (/** @type {{ name: string }[]} */ list) => list.map(({ name }) => name).join(",");

const help = `npm run bench -- [options] [workloads]

Times one training step (forward, loss, backward, update of all parameters) of Nabla and its peers on this machine.
Each contender runs in its own process, starts from the same weights and data, and is measured in turn, round by
round; a table shows medians over the rounds, and Nabla's speed as a multiple of each peer's. Who needs more than two
seconds for a step is measured in two rounds only, and who needs more than ten not at all. The first run installs the
peers into bench/node_modules.

"matmul" times bare matrix products instead, beside what 128-bit multiply-adds give on this machine at most.

  --only NAMES      workloads, of ${names(workloads)};
                    and matmul, which is measured only where it is named
  --peers NAMES     contenders, of ${names(contenders)}
  --rounds N        rounds of measuring (default: 7)
  --threads N       threads for those who can use them (default: 2). Of PyTorch the fastest counts: of one and N threads,
                    eager and compiled, and of every version found (more: NABLA_BENCH_PYTHON="command, command")
  --save [FILE]     write the results as a baseline (default: bench/baseline.json)
  --compare [FILE]  say what changed since a baseline (default: the same): Nabla's time relative to a peer's of the same
                    run, and whether that is more than the noise
  --json            print JSON and nothing else
  --help            this text

The exit code is 1 where a contender's loss differs from the others', or where --compare finds something slower; 2 for a
wrong option.`;

/** The entries of `list` with the given names. */
function pick(list, option, given) {
  return given.map((name) => {
    const found = list.find((entry) => entry.name === name.trim());
    if (!found) throw new Error(`--${option}: "${name}" is none of ${names(list)}`);
    return found;
  });
}

/** Options whose value may be left out get their default. */
function withDefaults(/** @type {string[]} */ args) {
  return args.flatMap((arg, i) => {
    const alone = (arg === "--save" || arg === "--compare") && !args[i + 1]?.endsWith(".json");
    return alone ? [arg, baselineFile] : [arg];
  });
}

function wholeNumber(/** @type {string} */ option, /** @type {string} */ given) {
  const value = Number(given);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${option}: expected an integer of at least 1, got ${given}`);
  return value;
}

function readOptions() {
  const { values, positionals } = parseArgs({
    args: withDefaults(process.argv.slice(2)),
    allowPositionals: true,
    options: {
      only: { type: "string" },
      peers: { type: "string" },
      rounds: { type: "string", default: "7" },
      threads: { type: "string", default: "2" },
      save: { type: "string" },
      compare: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const named = [...(values.only?.split(",") ?? []), ...positionals];
  const chosen = named.length > 0 ? pick([...workloads, { name: "matmul" }], "only", named) : workloads;
  return {
    ...values,
    rounds: wholeNumber("rounds", values.rounds),
    threads: wholeNumber("threads", values.threads),
    baseline: values.compare === undefined ? undefined : readBaseline(values.compare),
    workloads: chosen.filter(({ name }) => name !== "matmul"),
    products: chosen.some(({ name }) => name === "matmul") ? products : [],
    contenders: values.peers === undefined ? contenders : pick(contenders, "peers", values.peers.split(",")),
  };
}

/** One line of stderr, written over and over; nothing where stderr is no terminal. */
function progress(/** @type {string} */ text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`);
}

async function main(options) {
  if (options.contenders.some(({ npm }) => npm) && !installPeers((text) => console.error(text))) {
    console.error("The peers could not be installed (see npm's message above); going on with those that run.");
  }
  const print = options.json ? () => {} : console.log;
  print(`${machineLine()}\n`);
  const folder = mkdtempSync(join(tmpdir(), "nabla-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true }));
  process.once("SIGINT", () => process.exit(130));

  const measure = async (workload, contenders) => {
    const file = join(folder, "data");
    const data = { file, shapes: writeTrainingData(workload, file) };
    const results = await benchWorkload(workload, data, contenders, { ...options, progress });
    progress("");
    return { workload, results };
  };
  const sections = [];
  for (const workload of options.workloads) {
    const section = await measure(workload, options.contenders);
    sections.push(section);
    print(table(section));
  }
  const productSections = [];
  for (const product of options.products)
    productSections.push(await measure(product, [...options.contenders, ...limits]));
  if (productSections.length > 0) print(productTable(productSections));
  sections.push(...productSections);

  print(versionLines(sections).join("\n"));
  const results = toJson(sections, options);
  if (options.save) writeFileSync(options.save, `${JSON.stringify(results, null, 1)}\n`);
  const compared = options.baseline ? changes(results, options.baseline) : [];
  if (options.baseline) print(`\n${changeLines(compared, results, options.baseline).join("\n")}`);
  if (options.json)
    console.log(JSON.stringify(options.baseline ? { ...results, changes: compared } : results, null, 2));
  const differs = sections.some(({ results }) => results.some(({ lossAgrees }) => lossAgrees === false));
  if (differs || compared.some(({ verdict }) => verdict === "slower")) process.exitCode = 1;
}

let options;
try {
  options = readOptions();
} catch (error) {
  console.error(`${error.message}\nTry: npm run bench -- --help`);
  process.exit(2);
}
if (options.help) console.log(help);
else await main(options);
