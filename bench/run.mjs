// `npm run bench`: Nabla and its peers, side by side in one run.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { contenders } from "./contenders.mjs";
import { installPeers } from "./install.mjs";
import { benchWorkload } from "./measure.mjs";
import { machineLine, table, toJson, versionLines } from "./report.mjs";
import { workloads, writeTrainingData } from "./workloads.mjs";

const names = (/** @type {{ name: string }[]} */ list) => list.map(({ name }) => name).join(",");

const help = `npm run bench -- [options]

Times one training step (forward, loss, backward, update of all parameters) of Nabla and its peers on this machine.
Each contender runs in its own process, starts from the same weights and data, and is measured in turn, round by
round; a table shows medians over the rounds, and Nabla's speed as a multiple of each peer's. The first run installs
the peers into bench/node_modules.

  --only NAMES    workloads, of ${names(workloads)}
  --peers NAMES   contenders, of ${names(contenders)}
  --rounds N      rounds of measuring (default: 7)
  --json          print JSON and nothing else
  --help          this text

The exit code is 1 where a contender's loss differs from the others', 2 for a wrong option.`;

/** Those of `list` that a comma-separated option names; all without it. */
function pick(list, option, given) {
  if (given === undefined) return list;
  return given.split(",").map((name) => {
    const found = list.find((entry) => entry.name === name.trim());
    if (!found) throw new Error(`--${option}: "${name}" is none of ${names(list)}`);
    return found;
  });
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      peers: { type: "string" },
      rounds: { type: "string", default: "7" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds: wants a whole number from 1 up, but came ${values.rounds}`);
  return { ...values, rounds, workloads: pick(workloads, "only", values.only), contenders: pick(contenders, "peers", values.peers) };
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
  const sections = [];
  for (const workload of options.workloads) {
    const file = join(folder, `${workload.name}.f32`);
    const data = { file, shapes: writeTrainingData(workload, file) };
    const results = await benchWorkload(workload, data, options.contenders, { rounds: options.rounds, progress });
    sections.push({ workload, results });
    progress("");
    print(table({ workload, results }));
  }
  print(versionLines(sections).join("\n"));
  if (options.json) console.log(JSON.stringify(toJson(sections, options.rounds), null, 2));
  if (sections.some(({ results }) => results.some(({ lossAgrees }) => lossAgrees === false))) process.exitCode = 1;
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
