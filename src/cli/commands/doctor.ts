// `nabla doctor`: shows the abilities of this machine, those that Nabla uses, and the reasons for not using others.
import { existsSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { engineFeatures } from "../../backends/wasm/run/device.ts";
import { compile } from "../../compile-function.ts";
import { cacheFolder } from "../../io/files.ts";
import { formatBytes } from "../../quantities.ts";
import { backend, startBackend } from "../../runtime/device.ts";
import { tensor } from "../../tensor.ts";
import { type AnswerOptions, withAnswerOptions, withExamples } from "../arguments.ts";
import { version } from "../own-package.ts";
import { table } from "../table.ts";
import { paintFor, say, sayJson } from "../terminal.ts";

interface Finding {
  readonly name: string;
  readonly state: "good" | "limited" | "bad";
  readonly text: string;
}

export function addDoctor(program: Command): void {
  const command = program
    .command("doctor")
    .summary("show what this machine offers and what Nabla uses of it")
    .description("Shows Node, processor, SIMD, threads and GPU: what will be used, and why not more.");
  withAnswerOptions(command).action(doctor);
  withExamples(command, [
    ["nabla doctor", ""],
    ["nabla doctor --json", "for a bug report"],
  ]);
}

async function doctor({ json }: AnswerOptions): Promise<void> {
  // This comes first: before Node 22 relaxed SIMD can be switched on only while nothing has been compiled.
  const features = engineFeatures();
  if (features.simd) await startBackend();
  const findings = [
    node(),
    processor(),
    simd(features.simd),
    ...(features.simd ? [...device(), await speed()] : []),
    gpu(),
    await cache(),
  ];
  if (features.simd === false) process.exitCode = 1;
  if (json) {
    sayJson({
      nabla: version,
      node: process.versions.node,
      platform: process.platform,
      arch: process.arch,
      cores: availableParallelism(),
      ...features,
      backend: features.simd ? { name: backend().name, ...backend().capabilities } : null,
      findings,
    });
    return;
  }
  const paint = paintFor(process.stdout);
  const signs = { good: paint("green", "✔"), limited: paint("yellow", "–"), bad: paint("red", "✘") };
  say(
    table(
      findings.map(({ name, state, text }) => [signs[state], paint("bold", name), text]),
      { indent: "" },
    ),
  );
}

function node(): Finding {
  return {
    name: "Node",
    state: "good",
    text:
      `${process.versions.node} (V8 ${process.versions.v8}) on ${process.platform} ${process.arch}; ` +
      `Nabla ${version}`,
  };
}

function processor(): Finding {
  const model = cpus()[0]?.model.trim() ?? "unknown";
  return {
    name: "Processor",
    state: "good",
    text: `${model}, ${availableParallelism()} cores, ${formatBytes(totalmem())} of memory`,
  };
}

function simd(has: boolean): Finding {
  if (has) return { name: "SIMD", state: "good", text: "WebAssembly with vectors of 128 bits: used" };
  return {
    name: "SIMD",
    state: "bad",
    text: 'this engine has no WebAssembly SIMD, which Nabla needs; only setBackend("reference") works, slowly',
  };
}

function device(): Finding[] {
  const { fusedMultiplyAdd, threads } = backend().capabilities;
  const cores = availableParallelism();
  return [
    fusedMultiplyAdd
      ? { name: "Multiply-add", state: "good", text: "relaxed SIMD adds products with one rounding: used" }
      : {
          name: "Multiply-add",
          state: "limited",
          text:
            "this engine or processor adds products with two roundings: " +
            "slower, and the last bits differ from other machines",
        },
    threads >= cores
      ? { name: "Threads", state: "good", text: `${threads} of ${cores} cores are used` }
      : {
          name: "Threads",
          state: "limited",
          text:
            `${threads} of ${cores} cores ${threads === 1 ? "is" : "are"} used: ` +
            `the ${backend().name} backend computes on ${threads === 1 ? "one thread" : `${threads} threads`}`,
        },
  ];
}

/** Times a product of two matrices, of which most training consists. */
async function speed(): Promise<Finding> {
  const n = 512;
  const repeats = 10;
  const matrix = tensor(
    Float32Array.from({ length: n * n }, (_, i) => (i % 7) / 7),
    { shape: [n, n] },
  );
  const product = compile((a, b) => a.matmul(b).sum());
  await product.repeat(1, matrix, matrix);
  const start = performance.now();
  await product.repeat(repeats, matrix, matrix);
  const rate = (2 * n ** 3 * repeats) / (1e6 * (performance.now() - start));
  return { name: "Speed", state: "good", text: `${rate.toFixed(0)} GFLOP/s in a product of two ${n} × ${n} matrices` };
}

function gpu(): Finding {
  return { name: "GPU", state: "limited", text: "not used: this version of Nabla computes on the processor only" };
}

async function cache(): Promise<Finding> {
  const folder = cacheFolder();
  const has = (file: string): string => (existsSync(join(folder, file)) ? "there" : "not yet");
  return {
    name: "Cache",
    state: "good",
    text:
      `${folder} (digits: ${has("digits.safetensors")}, ` +
      `MNIST: ${has(join("mnist", "train-images-idx3-ubyte.gz"))})`,
  };
}
