// The results as a table for people and as an object for programs.
import { availableParallelism, cpus } from "node:os";
import { checkSteps } from "./measure.mjs";
import { describe } from "./workloads.mjs";

/** @typedef {{ workload: import("./workloads.mjs").Workload, results: import("./measure.mjs").Result[] }} Section */

export function machine() {
  const { platform, arch, version } = process;
  return { cpu: cpus()[0]?.model.trim() ?? "unknown CPU", cores: availableParallelism(), platform, arch, node: version };
}

export function machineLine() {
  const { cpu, cores, platform, arch, node } = machine();
  return `${cpu}, ${cores} core${cores === 1 ? "" : "s"}, ${platform} ${arch}, Node ${node}`;
}

export function toJson(/** @type {Section[]} */ sections, /** @type {number} */ rounds) {
  return {
    machine: machine(),
    rounds,
    checkSteps,
    workloads: sections.map(({ workload, results }) => ({
      ...workload,
      results: results.map(({ contender, ...result }) => ({ contender: contender.name, ...result })),
    })),
  };
}

const header = ["", "step", "fastest–slowest", "Nabla's speed", `loss, step ${checkSteps}`, ""];

/** One workload's table, and a line for each contender that took no part or has a note. */
export function table(/** @type {Section} */ { workload, results }) {
  const rows = [header, ...results.map(row)];
  const widths = header.map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  const pad = (cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]));
  return [
    `${workload.name}  (${describe(workload)})`,
    ...rows.map((cells) => `  ${cells.map(pad).join("   ")}`.trimEnd()),
    ...results.filter(({ why }) => why).map(({ contender, why }) => `  – ${contender.label}: ${why}`),
    "",
  ].join("\n");
}

function row(/** @type {import("./measure.mjs").Result} */ { contender, why, rounds, secondsPerStep, loss, lossAgrees, ratio, threads }) {
  if (why) return [contender.label, "–", "", "", "", ""];
  return [
    threads > 1 ? `${contender.label}, ${threads} threads` : contender.label,
    formatSeconds(secondsPerStep),
    `${formatSeconds(Math.min(...rounds))}–${formatSeconds(Math.max(...rounds))}`,
    ratio === undefined || contender.name === "nabla" ? "" : `${ratio.toPrecision(3)}×`,
    loss.toFixed(5),
    lossAgrees ? "✓" : "✗ differs",
  ];
}

/** One line for each contender that ran anywhere: its version, and what it says about itself. */
export function versionLines(/** @type {Section[]} */ sections) {
  const ran = sections.flatMap(({ results }) => results).filter(({ why }) => !why);
  return [...new Set(ran.map(({ contender, version, note }) => `${contender.label} ${version}${note ? ` (${note})` : ""}`))];
}

/** Three significant digits, in the unit that fits. */
export function formatSeconds(/** @type {number} */ seconds) {
  const [value, unit] = seconds < 1e-3 ? [seconds * 1e6, "µs"] : seconds < 1 ? [seconds * 1e3, "ms"] : [seconds, "s"];
  return `${Number(value.toPrecision(3))} ${unit}`;
}
