// The results as a table for people and as an object for programs.
import { availableParallelism, cpus } from "node:os";
import { operations } from "./families/product.mjs";
import { median, pairs } from "./measure.mjs";
import { describe, withoutChance } from "./workloads.mjs";

/** @typedef {{ workload: import("./workloads.mjs").Workload, results: import("./measure.mjs").Result[] }} Section */

export function machine() {
  const { platform, arch, version } = process;
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown CPU",
    cores: availableParallelism(),
    platform,
    arch,
    node: version,
  };
}

export function machineLine() {
  const { cpu, cores, platform, arch, node } = machine();
  return `${cpu}, ${cores} core${cores === 1 ? "" : "s"}, ${platform} ${arch}, Node ${node}`;
}

export function toJson(
  /** @type {Section[]} */ sections,
  /** @type {{ rounds: number, threads: number }} */ { rounds, threads },
) {
  return {
    machine: machine(),
    rounds,
    threads,
    workloads: sections.map(({ workload, results }) => ({
      ...workload,
      results: results.map(({ contender, ...result }) => ({ contender: contender.name, ...result })),
    })),
  };
}

const header = ["", "step", "fastest–slowest", "Nabla's speed", "loss", "at step", ""];

/** One workload's table, and a line for each contender that took no part or has a note. */
export function table(/** @type {Section} */ { workload, results }) {
  const rows = [header, ...results.map(row)];
  const widths = header.map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  const pad = (cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]));
  return [
    `${workload.name}  (${describe(workload)})`,
    ...rows.map((cells) => `  ${cells.map(pad).join("   ")}`.trimEnd()),
    ...absentLines(results),
    ...(withoutChance(workload) === workload
      ? []
      : ["  Losses are compared at rate 0, since random bits differ; times are with dropout."]),
    "",
  ].join("\n");
}

const absentLines = (/** @type {import("./measure.mjs").Result[]} */ results) =>
  results.filter(({ why }) => why).map(({ contender, why }) => `  – ${contender.label}: ${why}`);

/** The label, and of several forms of a contender the fastest. */
const name = ({ contender, threads, form }) =>
  [contender.label, form, threads > 1 ? `${threads} threads` : ""].filter(Boolean).join(", ");

function row(/** @type {import("./measure.mjs").Result} */ result) {
  const { contender, why, rounds, secondsPerStep, loss, checkedAt, lossAgrees, ratio } = result;
  if (why) return [contender.label, "–", "", "", "", "", ""];
  return [
    name(result),
    formatSeconds(secondsPerStep),
    `${formatSeconds(Math.min(...rounds))}–${formatSeconds(Math.max(...rounds))}`,
    ratio === undefined || contender.name === "nabla" ? "" : `${ratio.toPrecision(3)}×`,
    loss.toFixed(5),
    String(checkedAt),
    lossAgrees ? "✓" : "✗ differs",
  ];
}

/** Matrix products in one table, a column for each: GFLOP/s, and how much of the limit Nabla reaches. */
export function productTable(/** @type {Section[]} */ sections) {
  const cells = sections.map(({ workload, results }) => results.map((result) => productCell(workload, result)));
  const [{ results }] = sections;
  const rows = [
    ["GFLOP/s", ...sections.map(({ workload }) => workload.name)],
    ...results.map(({ contender }, i) => [contender.label, ...cells.map((column) => column[i])]),
    ...shareOfLimit(sections),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const pad = (cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]));
  return [
    "matmul  (m×k×n: a product of [m, k] and [k, n]; multiplications and additions counted; ✗ a result that differs)",
    ...rows.map((row) => `  ${row.map(pad).join("   ")}`),
    ...new Set(sections.flatMap(({ results }) => absentLines(results))),
    "  The limits are of one thread and 128-bit multiply-adds. A column's figure is of the contender's best " +
      "number of threads.",
    "",
  ].join("\n");
}

function productCell(workload, { why, secondsPerStep, lossAgrees }) {
  if (why) return "–";
  const rate = operations(workload) / secondsPerStep / 1e9;
  return `${lossAgrees === false ? "✗ " : ""}${rate.toPrecision(3)}`;
}

/** By pairs of rounds, as all ratios. */
function shareOfLimit(/** @type {Section[]} */ sections) {
  const shares = sections.map(({ results }) => {
    const [nabla, limit] = ["nabla", "limit"].map((name) =>
      results.find(({ contender, why }) => contender.name === name && !why),
    );
    return nabla && limit ? `${Math.round(100 * median(pairs(limit.rounds, nabla.rounds)))} %` : "–";
  });
  return shares.some((share) => share !== "–") ? [["Nabla, of the registers' limit", ...shares]] : [];
}

/** One line for each library that ran anywhere: its version, and what it says about itself. */
export function versionLines(/** @type {Section[]} */ sections) {
  const ran = sections.flatMap(({ results }) => results).filter(({ why, version }) => !why && version);
  return [
    ...new Set(ran.map(({ contender, version, note }) => `${contender.label} ${version}${note ? ` (${note})` : ""}`)),
  ];
}

/** Three significant digits, in the unit that fits. */
export function formatSeconds(/** @type {number} */ seconds) {
  const [value, unit] = seconds < 1e-3 ? [seconds * 1e6, "µs"] : seconds < 1 ? [seconds * 1e3, "ms"] : [seconds, "s"];
  return `${Number(value.toPrecision(3))} ${unit}`;
}
