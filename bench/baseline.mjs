// Compares two runs: Nabla's time relative to a peer's of the same run, so that the machine's speed cancels out.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { median, pairs } from "./measure.mjs";

/** The file of `--save` and `--compare`, if none is named. */
export const baselineFile = fileURLToPath(new URL("baseline.json", import.meta.url));
/** The least change that is reported: the same code, measured twice, differs by as much. */
const leastNoise = 0.03;

/**
 * @typedef {object} Change of one workload
 * @property {string} workload
 * @property {string} [peer] the steadiest of those that were measured both times, in one version
 * @property {number} [change] of Nabla's time relative to the peer's: 0.1 is a tenth slower
 * @property {number} [noise] what both runs' rounds scatter by; a smaller change means nothing
 * @property {"slower" | "faster" | "same"} [verdict]
 * @property {string} [why] it cannot be compared
 */

export function readBaseline(/** @type {string} */ file) {
  let text;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`there is no baseline in ${file} (${error.code}); --save makes one`);
  }
  try {
    const baseline = JSON.parse(text);
    if (Array.isArray(baseline.workloads)) return baseline;
  } catch {} // the sentence below says all
  throw new Error(`${file} is not a baseline: it does not hold what --save writes`);
}

/**
 * Compares two runs, both in the form of `--json`.
 *
 * @returns {Change[]} one for each workload of `now`
 */
export function changes(now, then) {
  return now.workloads.map((workload) => {
    const { name } = workload;
    if (now.threads !== then.threads)
      return { workload: name, why: `the baseline is of --threads ${then.threads}, not ${now.threads}` };
    const before = then.workloads.find((other) => other.name === name);
    if (!before) return { workload: name, why: "it is not in the baseline" };
    const candidates = workload.results.map((peer) => changeBeside(peer.contender, workload, before)).filter(Boolean);
    if (candidates.length === 0) return { workload: name, why: "no peer was measured both times, in the same version" };
    const steadiest = candidates.reduce((best, other) => (other.noise < best.noise ? other : best));
    return { workload: name, ...steadiest };
  });
}

function changeBeside(/** @type {string} */ peer, now, then) {
  if (peer.startsWith("nabla")) return undefined;
  const measured = [now, then].map(({ results }) => ({
    nabla: results.find(({ contender, why }) => contender === "nabla" && !why),
    peer: results.find(({ contender, why }) => contender === peer && !why),
  }));
  if (measured.some(({ nabla, peer }) => !nabla || !peer)) return undefined;
  const [a, b] = measured.map(({ peer }) => peer);
  if (a.version !== b.version) return undefined;

  // Logarithms, so that twice as fast and twice as slow are equally far from no change.
  const [after, before] = measured.map(({ nabla, peer }) => pairs(nabla.rounds, peer.rounds).map(Math.log));
  const change = Math.expm1(median(after) - median(before));
  const noise = Math.max(leastNoise, Math.expm1(3 * Math.hypot(uncertainty(after), uncertainty(before))));
  const verdict = change > noise ? "slower" : change < 1 / (1 + noise) - 1 ? "faster" : "same";
  return { peer, change, noise, verdict };
}

/**
 * The standard error of a median, from the median of the deviations, which single bad rounds do not move (normal:
 * 1.2533·1.4826).
 */
function uncertainty(/** @type {number[]} */ values) {
  const middle = median(values);
  const deviation = 1.4826 * median(values.map((value) => Math.abs(value - middle)));
  return values.length > 1 ? (1.2533 * deviation) / Math.sqrt(values.length) : 0.05;
}

/** Lines for people. */
export function changeLines(/** @type {Change[]} */ list, now, then) {
  const percent = (/** @type {number} */ share) => `${share > 0 ? "+" : ""}${(100 * share).toFixed(1)} %`;
  const words = { slower: "✗ slower", faster: "✓ faster", same: "" };
  const other = now.machine.cpu !== then.machine.cpu || now.machine.node !== then.machine.node;
  return [
    `Nabla's time since the baseline, relative to a peer's of the same run:`,
    ...list.map(({ workload, peer, change, noise, verdict, why }) =>
      why
        ? `  ${workload}: ${why}`
        : `  ${workload}: ${percent(change)} (noise ±${(100 * noise).toFixed(1)} %, beside ${peer})   ${words[verdict]}`.trimEnd(),
    ),
    ...(other
      ? [
          `  The baseline is of another machine (${then.machine.cpu}, Node ${then.machine.node}): peers may ` +
            `differ from Nabla in what they make of it.`,
        ]
      : []),
  ];
}
