// The programs in Python that the playground shows.
import { describe, expect, it } from "vitest";
import { dataOf } from "../src/pages/playground/data-sets.ts";
import { kerasCode, torchCode } from "../src/pages/playground/python-code.ts";
import type { Settings } from "../src/pages/playground/settings.ts";
import { settings } from "./playground-settings.ts";

describe("the programs in Python", () => {
  const programs = (changes: Partial<Settings>): { keras: string; torch: string } => {
    const own = settings(changes);
    return { keras: kerasCode(own, dataOf(own), 3), torch: torchCode(own, dataOf(own), 3) };
  };

  it("take points with whole coordinates as numbers with a point", () => {
    const { keras, torch } = programs({ set: "own", points: [[1, 2, 0]] });
    expect(keras).toContain("np.array([[1, 2, 0]], dtype=np.float32)");
    expect(torch).toContain("torch.tensor([[1, 2, 0]], dtype=torch.float32)");
  });

  it("name what their optimizers would do otherwise than those of Nabla", () => {
    for (const [optimizer, call] of [
      ["nesterov", "SGD(model.parameters(), lr=0.03, momentum=0.9, nesterov=True)"],
      ["rmsprop", "RMSprop(model.parameters(), lr=0.03, alpha=0.9, eps=1e-7)"],
      ["adam", "Adam(model.parameters(), lr=0.03, eps=1e-7)"],
      ["adamW", "AdamW(model.parameters(), lr=0.03, eps=1e-7, weight_decay=0.004)"],
      ["nadam", "NAdam(model.parameters(), lr=0.03, eps=1e-7, momentum_decay=1)"],
      ["adamax", "Adamax(model.parameters(), lr=0.03, eps=1e-7)"],
      ["adagrad", "Adagrad(model.parameters(), lr=0.03, initial_accumulator_value=0.1, eps=1e-7)"],
      ["adadelta", "Adadelta(model.parameters(), lr=0.03, rho=0.95, eps=1e-7)"],
      ["lbfgs", "LBFGS(model.parameters(), lr=0.03, max_iter=1)"],
    ] as const)
      expect(programs({ optimizer }).torch).toContain(`\noptimizer = torch.optim.${call}\n`);
    expect(programs({ optimizer: "lbfgs" }).torch).toContain("optimizer.step(lambda: loss)");
    expect(programs({ optimizer: "lion" }).torch).toContain("# torch.optim has no Lion of this form: Adam stands");
    expect(programs({ optimizer: "muon" }).keras).toContain("weight_decay=0.1, adam_weight_decay=0.004");
    expect(programs({ optimizer: "rmsprop" }).keras).toContain("RMSprop(learning_rate=0.03, epsilon=1e-14)");
  });

  it("normalise batches of one, which PyTorch refuses", () => {
    const layerOf = (batch: number): string =>
      /[\w.]+\(4, eps=1e-3, momentum=0.01\)/.exec(programs({ norm: "batch", batch }).torch)![0].split("(")[0]!;
    // 250 points are trained on.
    expect([1, 3, 10, 83].map(layerOf)).toEqual(["BatchNorm", "BatchNorm", "nn.BatchNorm1d", "BatchNorm"]);
    expect(programs({ norm: "batch", batch: 1 }).torch).toContain("class BatchNorm(nn.BatchNorm1d):");
    expect(programs({ norm: "none", batch: 1 }).torch).not.toContain("BatchNorm");
  });

  it("set the weights that were set by hand, if the network has them", () => {
    const { keras, torch } = programs({
      layers: [3],
      edits: [
        [0, 1, 2, 0.5],
        [1, -1, 0, -4],
        [0, 1, 3, 7],
      ],
    });
    expect(keras).toContain("for i, part, index, value in [\n    (0, 0, (1, 2), 0.5),\n    (1, 1, 0, -4),\n]:");
    expect(torch).toContain("with torch.no_grad():\n    dense[0].weight[2, 1] = 0.5\n    dense[1].bias[0] = -4\n\n");
    expect(programs({}).torch + programs({}).keras).not.toContain("by hand");
  });
});
