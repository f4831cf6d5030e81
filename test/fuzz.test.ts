// Random programs, the fast backend against the reference: evaluated at once, and compiled as a step that is repeated.
import { expect, test } from "vitest";
import { evaluateNode, interpret, type Values } from "../src/backends/reference/interpret.ts";
import { compile } from "../src/compile-function.ts";
import { dtypeInfo, type TypedArray } from "../src/dtype.ts";
import { closeGraph, type Graph, graphNodes } from "../src/graph/graph.ts";
import { printGraph } from "../src/graph/print.ts";
import { verifyGraph } from "../src/graph/verify.ts";
import { placeholder, type Resident, read, readOp } from "../src/ops/index.ts";
import { type Node, primitives } from "../src/ops/op.ts";
import { Tensor, tensor } from "../src/tensor.ts";
import { type Variable, variable } from "../src/variable.ts";
import { backendValues, declarationDifference, difference } from "./compare.ts";
import { type Fuzz, fuzzProgram, larger } from "./fuzz.ts";
import { loopProgram } from "./fuzz-loops.ts";
import { shrink } from "./shrink.ts";

/**
 * Seeds that once showed a bug. They stay. If the generator changes, and a seed shows its bug no longer, the program
 * becomes a case of test/cases/.
 */
const regressions: readonly number[] = [
  19, 166, 424, 434, 694, 767, 1090, 1093, 1152, 1207, 1253, 1346, 1616, 1693, 1731, 1780, 2094, 2111, 2251, 2406, 2430,
  2463, 2477,
];

/** The same of programs that are the bodies of loops. None so far. */
const loopRegressions: readonly number[] = [];

/** The number of programs; `NABLA_FUZZ=5000 npx vitest run test/fuzz.test.ts` looks further. */
const count = Number(process.env["NABLA_FUZZ"] ?? 150);

/** The number of programs that are also tried as the body of a loop. */
const loops = Math.ceil(count / 3);

/** Runs before which the numbers are compared: two single steps, then three in a row. */
const runs = [1, 1, 3];

/** The program as one graph over parameters and residents, as `compile` would see it. */
function graphOf({ args, variables, body }: Fuzz): Graph {
  const parameters = args.map((x, i) => placeholder(i, x.shape, x.dtype));
  const residents: Resident[] = variables.map((x, i) => ({ shape: x.shape, dtype: x.dtype, name: `v${i}` }));
  const { outputs, assigned } = body(
    parameters.map((node) => new Tensor(node)),
    residents.map((v) => new Tensor(read(v))),
  );
  return closeGraph(
    outputs.map((x) => x.node),
    assigned.map((x, i) => ({ variable: residents[i]!, value: x.node })),
    parameters,
  );
}

/** The numbers with which the first step begins. */
function givenNumbers(graph: Graph, fuzz: Fuzz): Map<Node, Values> {
  const given = new Map<Node, Values>(
    graph.inputs.map((node, i) => [node, Float64Array.from(i < fuzz.args.length ? fuzz.args[i]!.data : node.value!)]),
  );
  for (const node of graphNodes(graph)) {
    if (node.op !== readOp) continue;
    given.set(
      node,
      Float64Array.from(fuzz.variables[graph.assignments.findIndex((a) => a.variable === node.attrs.variable)]!.data),
    );
  }
  return given;
}

interface Snapshot {
  readonly outputs: Values[];
  readonly variables: Values[];
}

/** The numbers after each of `runs`; `step` computes a graph once. */
function simulate(graph: Graph, fuzz: Fuzz, step: typeof interpret): Snapshot[] {
  const held = new Map(graph.assignments.map(({ variable: v }, i) => [v, Float64Array.from(fuzz.variables[i]!.data)]));
  const inputs = graph.inputs.map((node, i) =>
    Float64Array.from(i < fuzz.args.length ? fuzz.args[i]!.data : node.value!),
  );
  return runs.map((steps) => {
    let outputs: Values[] = [];
    for (let i = 0; i < steps; i++) {
      const result = step(graph, inputs, held);
      outputs = result.outputs;
      graph.assignments.forEach(({ variable: v }, k) => held.set(v, result.assigned[k]! as Float64Array<ArrayBuffer>));
    }
    return { outputs, variables: [...held.values()] };
  });
}

/** Like the reference, but rounds each node to float32: the difference is the error that rounding alone may cause. */
const rounded: typeof interpret = (graph, inputs, variables) => {
  const known = new Map<Node, Values>(graph.inputs.map((node, i) => [node, inputs[i]!]));
  for (const node of graphNodes(graph)) {
    if (known.has(node)) continue;
    const values =
      node.op === readOp
        ? variables.get(node.attrs.variable)!
        : evaluateNode(
            node,
            node.inputs.map((x) => known.get(x)!),
            rounded,
          );
    known.set(node, node.dtype === "float32" ? values.map(Math.fround) : values);
  }
  return {
    outputs: graph.outputs.map((x) => known.get(x)!),
    assigned: graph.assignments.map((a) => known.get(a.value)!),
  };
};

interface Expected {
  readonly want: Values;
  readonly tolerance: number;
}

/**
 * The expected array with its tolerance: 30 times the error of rounding every node, and at least 2e-5 of the greatest
 * element.
 */
function expectation(want: Values, strayed: Values): Expected {
  let apart = 0;
  let greatest = 0;
  want.forEach((value, i) => {
    apart = Math.max(apart, Math.abs(value - strayed[i]!));
    greatest = Math.max(greatest, Math.abs(value));
  });
  return { want, tolerance: 30 * apart + 2e-5 * greatest + 2e-6 };
}

function fault(what: string, x: Tensor | Variable, got: TypedArray, { want, tolerance }: Expected): string | null {
  const wrong = dtypeInfo(x.dtype).isFloat
    ? difference(got, want, "float64", { relative: tolerance / Math.max(2 ** -126, ...want.map(Math.abs)), floor: 1 })
    : difference(got, want, x.dtype, { relative: 0, floor: 0 });
  return wrong && `${what}: ${wrong}`;
}

/** Null if the program is so sensitive to rounding that its numbers prove nothing. */
function expectations(graph: Graph, fuzz: Fuzz): { outputs: Expected[]; variables: Expected[] }[] | null {
  const exact = simulate(graph, fuzz, interpret);
  const strayed = simulate(graph, fuzz, rounded);
  const all = exact.map((snapshot, run) => ({
    outputs: snapshot.outputs.map((want, i) => expectation(want, strayed[run]!.outputs[i]!)),
    variables: snapshot.variables.map((want, i) => expectation(want, strayed[run]!.variables[i]!)),
  }));
  const sane = ({ want, tolerance }: Expected): boolean =>
    tolerance <= 1e-2 * Math.max(1, ...want.map(Math.abs)) && want.every(Number.isFinite);
  return all.every((snapshot) => [...snapshot.outputs, ...snapshot.variables].every(sane)) ? all : null;
}

async function check(seed: number, make: (seed: number) => Fuzz = fuzzProgram): Promise<"checked" | "sensitive"> {
  const fuzz = make(seed);
  const graph = graphOf(fuzz);
  verifyGraph(graph, "fuzzing");
  for (const node of graphNodes(graph)) used.add(node.op.name);
  const expected = expectations(graph, fuzz);
  if (!expected) return "sensitive";
  const faults: (string | null)[] = [];
  const judge = async (
    how: string,
    run: number,
    outputs: readonly Tensor[],
    numbers: readonly TypedArray[],
    vs: readonly Variable[],
  ): Promise<void> => {
    const held = await Promise.all(vs.map((v) => v.data()));
    outputs.forEach((x, i) =>
      faults.push(
        declarationDifference(x, numbers[i]!),
        fault(`${how}, output ${i}`, x, numbers[i]!, expected[run]!.outputs[i]!),
      ),
    );
    vs.forEach((v, i) => faults.push(fault(`${how}, variable ${i}`, v, held[i]!, expected[run]!.variables[i]!)));
  };
  try {
    // Evaluated at once, everything in one program.
    const variables = fuzz.variables.map((x) => variable(tensor(x)));
    const { outputs, assigned } = fuzz.body(
      fuzz.args.map((x) => tensor(x)),
      variables.map((v) => v.value),
    );
    variables.forEach((v, i) => v.assign(assigned[i]!));
    await judge("at once", 0, outputs, await backendValues(outputs), variables);

    // In parts: some values on the way are asked for first, and stand as inputs in the program that computes the rest.
    const stored = fuzz.variables.map((x) => variable(tensor(x)));
    const parts = fuzz.body(
      fuzz.args.map((x) => tensor(x)),
      stored.map((v) => v.value),
    );
    await backendValues(parts.middle);
    stored.forEach((v, i) => v.assign(parts.assigned[i]!));
    await judge("in parts", 0, parts.outputs, await backendValues(parts.outputs), stored);

    // Compiled into a step.
    const state = fuzz.variables.map((x) => variable(tensor(x)));
    const step = compile((...xs: Tensor[]) => {
      const results = fuzz.body(
        xs,
        state.map((v) => v.value),
      );
      state.forEach((v, i) => v.assign(results.assigned[i]!));
      return results.outputs;
    });
    const args = fuzz.args.map((x) => tensor(x));
    for (const [run, steps] of runs.entries()) {
      const given = (await (steps === 1 ? step(...args) : step.repeat(steps, ...args))) as Tensor[];
      await judge(`compiled, run ${run}`, run, given, await backendValues(given), state);
    }
  } catch (error) {
    faults.push(String((error as Error).stack));
  }
  const real = faults.filter((text) => text !== null);
  if (real.length === 0) return "checked";
  const small = await shrink(graph, givenNumbers(graph, fuzz));
  const text = small
    ? `shrunk to\n${printGraph(small)}`
    : `whole (it is not wrong by itself; look at its variables and steps)\n${printGraph(graph)}`;
  throw new Error(
    `seed ${seed}:\n${real.join("\n")}\n\nThe graph, ${text}\n\nPut ${seed} into ` +
      `\`${make === fuzzProgram ? "regressions" : "loopRegressions"}\` of test/fuzz.test.ts.`,
  );
}

const used = new Set<string>();

test.each(regressions.map((seed) => [seed]))("seed %i, which once failed", async (seed) => {
  await check(seed);
});

test(`${loops} random programs as the bodies of loops`, { timeout: 1000 * Math.max(60, count) }, async () => {
  const failed: string[] = [];
  let sensitive = 0;
  for (const seed of [...loopRegressions, ...Array.from({ length: loops }, (_, i) => i + 1)]) {
    if (failed.length >= 3) break;
    await check(seed, loopProgram).then(
      (result) => (sensitive += result === "sensitive" ? 1 : 0),
      (error: Error) => failed.push(error.message),
    );
  }
  expect(failed.join("\n\n")).toBe("");
  // Carries pass through the program repeatedly and may grow, as second derivatives do.
  expect(sensitive).toBeLessThan(0.4 * loops + 1);
});

test(`${count} random programs`, { timeout: 1000 * Math.max(60, count) }, async () => {
  const failed: string[] = [];
  let sensitive = 0;
  for (let seed = 1; seed <= count && failed.length < 3; seed++) {
    await check(seed).then(
      (result) => (sensitive += result === "sensitive" ? 1 : 0),
      (error: Error) => failed.push(error.message),
    );
  }
  expect(failed.join("\n\n")).toBe("");
  // Programs that prove nothing must stay rare.
  expect(sensitive).toBeLessThan(0.05 * count + 1);
});

test(`${Math.ceil(count / 2)} random programs that call the larger functions`, {
  timeout: 1000 * Math.max(60, count),
}, async () => {
  const failed: string[] = [];
  let sensitive = 0;
  for (let seed = larger + 1; seed <= larger + Math.ceil(count / 2) && failed.length < 3; seed++) {
    await check(seed).then(
      (result) => (sensitive += result === "sensitive" ? 1 : 0),
      (error: Error) => failed.push(error.message),
    );
  }
  expect(failed.join("\n\n")).toBe("");
  // These and the others must between them use every primitive.
  expect(sensitive).toBeLessThan(0.05 * count + 1);
  if (count >= 150)
    expect(
      [...primitives.keys()]
        .filter((name) => !used.has(name) && name !== "randomBits")
        .map((name) => `${name}: expected a random program that uses it, got none; add a draw in test/fuzz-*.ts`),
    ).toEqual([]);
});

test("the same seed gives the same program, another seed another", () => {
  expect(printGraph(graphOf(fuzzProgram(5)))).toBe(printGraph(graphOf(fuzzProgram(5))));
  expect(printGraph(graphOf(fuzzProgram(5)))).not.toBe(printGraph(graphOf(fuzzProgram(6))));
});
