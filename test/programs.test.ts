// Compiled programs as text: that of ARCHITECTURE.md is the real one, and those of small models are snapshots.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { lowerGraph } from "../src/compile/pipeline.ts";
import { verifyPlan } from "../src/compile/verify-plan.ts";
import { compile, Dataset, gradients, layers, scan, sequential, tensor, type Tensor, variable } from "../src/index.ts";
import { closeGraph } from "../src/graph/graph.ts";
import * as ops from "../src/ops/index.ts";

describe("the step of ARCHITECTURE.md", () => {
  const paper = readFileSync(new URL("../ARCHITECTURE.md", import.meta.url), "utf8");
  const x = tensor([[1, 2], [3, 4], [5, 6], [7, 8]]);
  const y = tensor([5, 11, 17, 23]);
  const w = variable([0, 0], { name: "w" });
  const step = compile((x: Tensor, y: Tensor) => {
    const loss = x.matmul(w).sub(y).square().mean();
    const [dw] = gradients(loss, [w]);
    w.assign(w.value.sub(dw!.mul(0.01)));
    return loss;
  });

  it("is printed there as it is compiled", async () => {
    const { graph, kernels, plan } = (await step.program(x, y)).describe();
    expect(paper).toContain(graph);
    expect(paper).toContain(kernels.join("\n"));
    expect(paper).toContain(plan);
  });

  it("finds what is said there", async () => {
    await step.repeat(2000, x, y);
    const [a, b] = (await w.data()) as Float32Array;
    expect(a).toBeCloseTo(1, 1);
    expect(b).toBeCloseTo(2, 1);
  });
});

describe("the training steps of small models", () => {
  it("a perceptron with one hidden layer and Adam", async () => {
    const model = sequential([layers.dense(8, { activation: "relu" }), layers.dense(3)], { inputShape: [5] });
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
    model.weights();
    const data = Dataset.from({ inputs: { data: new Uint8Array(40), shape: [8, 5], dtype: "uint8" }, targets: { data: new Uint8Array(8), shape: [8], dtype: "uint8" } });
    const program = await model.requireTraining("test").pool.take(data, true).program("train", 4);
    const { kernels, plan } = program.describe();
    expect(`${kernels.join("\n")}\n${plan}`).toMatchSnapshot();
  });

  it("a recurrent layer by scan, with the gradients of its weights", async () => {
    const [w, u] = [variable(tensor(new Float32Array(12), { shape: [3, 4] }), { name: "w" }), variable(tensor(new Float32Array(16), { shape: [4, 4] }), { name: "u" })];
    const step = compile((xs: Tensor) => {
      const cell = (h: Tensor, x: Tensor) => [x.matmul(w).add(h.matmul(u)).tanh(), null] as const;
      const [last] = scan(cell, tensor(new Float32Array(8), { shape: [2, 4] }), xs);
      const loss = last.square().sum();
      const [dw, du] = gradients(loss, [w, u]);
      w.assign(w.value.sub(dw!));
      u.assign(u.value.sub(du!));
      return loss;
    });
    const { kernels, plan } = (await step.program(tensor(new Float32Array(30), { shape: [5, 2, 3] }))).describe();
    expect(`${kernels.join("\n")}\n${plan}`).toMatchSnapshot();
  });

  it("softmax, and layer normalisation by hand, are one kernel each", async () => {
    const softmax = compile((x: Tensor) => x.sub(x.max(1, { keepDims: true })).exp().div(x.sub(x.max(1, { keepDims: true })).exp().sum(1, { keepDims: true })));
    const norm = compile((x: Tensor) => {
      const centred = x.sub(x.mean(1, { keepDims: true }));
      return centred.div(centred.square().mean(1, { keepDims: true }).add(1e-5).sqrt());
    });
    const x = tensor(new Float32Array(60), { shape: [6, 10] });
    for (const f of [softmax, norm]) expect((await f.program(x)).describe().kernels).toHaveLength(1);
  });
});

describe("the plan's verifier", () => {
  const planned = () => {
    const x = ops.parameter(0, [40, 40], "float32");
    const labels = { a: [0, 1], b: [1, 2], out: [0, 2] };
    const y = ops.contract(ops.contract(x, x, labels), ops.contract(ops.exp(x), x, labels), labels);
    return lowerGraph(closeGraph([y], [], [x]), () => 256);
  };

  it("takes a sound plan", () => {
    const { graph, plan } = planned();
    expect(() => verifyPlan(graph, plan, () => 256)).not.toThrow();
  });

  it("sees live buffers that share bytes", () => {
    const { graph, plan } = planned();
    const [first] = plan.offsets.values();
    const offsets = new Map([...plan.offsets].map(([buffer]) => [buffer, first! + 4]));
    expect(() => verifyPlan(graph, { ...plan, offsets }, () => 256)).toThrow(/share bytes while both are live/);
  });

  it("sees a kernel that reads what nobody has written", () => {
    const { graph, plan } = planned();
    expect(() => verifyPlan(graph, { ...plan, kernels: [...plan.kernels].reverse() }, () => 256)).toThrow(/before it is written/);
  });

  it("sees a buffer past the arena's end", () => {
    const { graph, plan } = planned();
    expect(() => verifyPlan(graph, { ...plan, arenaBytes: 64 }, () => 256)).toThrow(/past the arena/);
  });
});
