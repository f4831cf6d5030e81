// Compiled programs as text: that of ARCHITECTURE.md is the real one, and those of small models are snapshots.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { lowerGraph } from "../src/compile/pipeline.ts";
import { verifyPlan } from "../src/compile/verify-plan.ts";
import { closeGraph } from "../src/graph/graph.ts";
import {
  averagePool2d,
  batchNorm,
  compile,
  conv2d,
  convTranspose2d,
  Dataset,
  gradients,
  layerNorm,
  layers,
  maxPool2d,
  ones,
  relu,
  scaledDotProductAttention,
  scan,
  sequential,
  type Tensor,
  tensor,
  variable,
} from "../src/index.ts";
import * as ops from "../src/ops/index.ts";
import { toExamples } from "../src/train/examples.ts";
import { trainersOf } from "../src/train/trainers.ts";

describe("the step of ARCHITECTURE.md", () => {
  const paper = readFileSync(new URL("../ARCHITECTURE.md", import.meta.url), "utf8");
  const x = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
    [7, 8],
  ]);
  const y = tensor([5, 11, 17, 23]);
  const w = variable([0, 0], { name: "w" });
  const step = compile((x: Tensor, y: Tensor) => {
    const loss = x.matmul(w).sub(y).square().mean();
    const [dw] = gradients(loss, [w]);
    w.assign(w.value.sub(dw!.mul(0.01)));
    return loss;
  });

  it("is printed there as it is compiled", async () => {
    const { graph, kernels, plan } = await (await step.program(x, y)).describe();
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
    const data = Dataset.from({
      inputs: { data: new Uint8Array(40), shape: [8, 5], dtype: "uint8" },
      targets: { data: new Uint8Array(8), shape: [8], dtype: "uint8" },
    });
    const examples = await toExamples("test", data, { inputs: null, targets: null });
    const { trainer } = trainersOf(model, await model.requireTraining("test")).resident("test", examples);
    const program = await trainer.program("train", { batch: 4, steps: 1, form: "ordered" });
    const { kernels, plan } = await program.describe();
    expect(`${kernels.join("\n")}\n${plan}`).toMatchSnapshot();
  });

  it("a recurrent layer by scan, with the gradients of its weights", async () => {
    const [w, u] = [
      variable(tensor(new Float32Array(12), { shape: [3, 4] }), { name: "w" }),
      variable(tensor(new Float32Array(16), { shape: [4, 4] }), { name: "u" }),
    ];
    const step = compile((xs: Tensor) => {
      const cell = (h: Tensor, x: Tensor) => [x.matmul(w).add(h.matmul(u)).tanh(), null] as const;
      const [last] = scan(cell, tensor(new Float32Array(8), { shape: [2, 4] }), xs);
      const loss = last.square().sum();
      const [dw, du] = gradients(loss, [w, u]);
      w.assign(w.value.sub(dw!));
      u.assign(u.value.sub(du!));
      return loss;
    });
    const { kernels, plan } = await (await step.program(tensor(new Float32Array(30), { shape: [5, 2, 3] }))).describe();
    expect(`${kernels.join("\n")}\n${plan}`).toMatchSnapshot();
  });

  it("softmax, and layer normalisation by hand, are one kernel each", async () => {
    const softmax = compile((x: Tensor) =>
      x
        .sub(x.max(1, { keepDims: true }))
        .exp()
        .div(
          x
            .sub(x.max(1, { keepDims: true }))
            .exp()
            .sum(1, { keepDims: true }),
        ),
    );
    const norm = compile((x: Tensor) => {
      const centred = x.sub(x.mean(1, { keepDims: true }));
      return centred.div(centred.square().mean(1, { keepDims: true }).add(1e-5).sqrt());
    });
    const x = tensor(new Float32Array(60), { shape: [6, 10] });
    for (const f of [softmax, norm]) expect((await (await f.program(x)).describe()).kernels).toHaveLength(1);
  });
});

describe("what convolution, pooling and attention become", () => {
  const kindsOf = async (step: (...xs: Tensor[]) => Tensor[], ...shapes: number[][]): Promise<string[]> => {
    const program = await compile(step).program(...shapes.map((shape) => ones(shape)));
    const { kernels } = await program.describe();
    return kernels.map((text) => /^kernel \d+: (\w+)/.exec(text)![1]!).sort();
  };
  const slopes =
    (f: (...xs: Tensor[]) => Tensor) =>
    (...xs: Tensor[]) =>
      gradients(
        f(...xs)
          .square()
          .sum(),
        xs,
      );
  const image = [4, 16, 16, 8];
  const kernel = [3, 3, 8, 16];

  it("a convolution's three products are one contraction each; only padded images are stored beside", async () => {
    expect(
      await kindsOf(
        slopes((x, w) => conv2d(x, w)),
        image,
        kernel,
      ),
    ).toEqual(["contract", "contract", "contract", "map"]);
    expect(
      await kindsOf(
        slopes((x, w) => relu(conv2d(x, w, { padding: "same" }))),
        image,
        kernel,
      ),
    ).toEqual(["contract", "contract", "contract", "map", "map"]);
    expect(
      await kindsOf(
        slopes((x, w) => conv2d(x, w, { padding: "same", groups: 2 })),
        image,
        [3, 3, 4, 16],
      ),
    ).toEqual(["contract", "contract", "contract", "map", "map"]);
  });

  it("by a stride, what is left over is the padding and a kernel that lays the windows back", async () => {
    expect(
      await kindsOf(
        slopes((x, w) => conv2d(x, w, { padding: "same", strides: 2 })),
        image,
        kernel,
      ),
    ).toEqual(["contract", "contract", "contract", "map", "map"]);
    expect(
      await kindsOf(
        slopes((x, w) => convTranspose2d(x, w, { padding: "same", strides: 2 })),
        image,
        [3, 3, 16, 8],
      ),
    ).toEqual(["contract", "contract", "contract", "map", "map"]);
  });

  it("one after another, none of them stores its windows", async () => {
    const two = slopes((x, v, w) => conv2d(relu(conv2d(x, v, { padding: "same" })), w, { padding: "same" }));
    const program = await compile(two).program(ones(image), ones(kernel), ones([3, 3, 16, 8]));
    const { kernels, plan } = await program.describe();
    expect(kernels.filter((text) => text.includes("contract"))).toHaveLength(6);
    // The largest that is stored is an image of 16 channels with its padding.
    const sizes = [...plan.matchAll(/: float32, (\d+) bytes/g)].map((match) => Number(match[1]));
    expect(Math.max(...sizes)).toBe(4 * 18 * 18 * 16 * 4);
  });

  it("pooling is one kernel forwards and one backwards, beside the padding", async () => {
    for (const pool of [maxPool2d, averagePool2d]) {
      expect(
        await kindsOf(
          slopes((x) => pool(x)),
          image,
        ),
      ).toEqual(["map", "rows"]);
      expect(
        await kindsOf(
          slopes((x) => pool(x, 3, { strides: 2, padding: "same" })),
          image,
        ),
      ).toEqual(["map", "map", "rows"]);
    }
  });

  it("attention is six products and two passes over the weights", async () => {
    const heads = [2, 4, 16, 8];
    expect(
      await kindsOf(
        slopes((q, k, v) => scaledDotProductAttention(q, k, v, { causal: true })),
        heads,
        heads,
        heads,
      ),
    ).toEqual([...new Array<string>(6).fill("contract"), "rows", "rows"]);
  });

  it("a normalization and its gradient are one kernel", async () => {
    for (const norm of [layerNorm, batchNorm])
      expect(
        await kindsOf(
          slopes((x) => norm(x)),
          image,
        ),
      ).toEqual(["rows"]);
  });
});

describe("the plan's verifier", () => {
  const planned = () => {
    const x = ops.placeholder(0, [40, 40], "float32");
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
    expect(() => verifyPlan(graph, { ...plan, kernels: [...plan.kernels].reverse() }, () => 256)).toThrow(
      /before it is written/,
    );
  });

  it("sees a buffer past the arena's end", () => {
    const { graph, plan } = planned();
    expect(() => verifyPlan(graph, { ...plan, arenaBytes: 64 }, () => 256)).toThrow(/past the arena/);
  });
});
