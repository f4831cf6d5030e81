// The part of L4 about the gradient penalty: a loss that holds a derivative, which is differentiated again.
import { compile, gradients, optimizers, random, type Tensor, variable } from "nabla";
import { formula, type Part, type RunOptions, text } from "./item.ts";

/** λ·mean ‖∂out/∂x‖² is added to the loss: a second derivative, which Nabla takes as any other. */
export async function* showPenalty({ tiny, seed }: RunOptions): AsyncIterable<Part> {
  yield text(
    "Gradient penalty. The loss gets a term for the slope of the network's output by its input, so that it becomes " +
      "smooth. Nabla differentiates the derivative again.",
    "Штраф на градиент (gradient penalty). К потерям добавляется наклон выхода сети по её входу, и сеть становится " +
      "гладкой. Производная дифференцируется ещё раз.",
  );
  yield formula(
    String.raw`L = \mathrm{MSE} + \lambda\,\frac{1}{n}\sum_i ` +
      String.raw`\left\lVert \frac{\partial g(x_i)}{\partial x_i} \right\rVert^2`,
    "L = MSE + λ · 1/n Σ ‖∂g(xᵢ)/∂xᵢ‖²",
  );
  const [key, noise] = [0, 1].map((part) => random.foldIn(random.key(seed), part)) as [Tensor, Tensor];
  const x = random.uniform(key, [40, 1], { min: -1, max: 1 });
  const y = x
    .mul(3)
    .sin()
    .add(random.normal(noise, [40, 1], { std: 0.2 }));
  const rows = [];
  for (const lambda of [0, 0.001, 0.01]) {
    const w1 = variable(random.normal(random.key(seed), [1, 32], { std: 8 }));
    const [b1, w2] = [
      variable(random.normal(random.key(seed + 1), [32], { std: 4 })),
      variable(w1.value.reshape([32, 1]).div(40)),
    ];
    const optimizer = optimizers.adam({ learningRate: 0.01 });
    const step = compile(() => {
      const g = x.matmul(w1).add(b1).tanh().matmul(w2);
      const [slope] = gradients(g.sum(), [x]); // ∂g(xᵢ)/∂xᵢ: each output depends on its own input only
      const [mse, steepness] = [g.sub(y).square().mean(), slope.square().mean()];
      const all = [w1, b1, w2];
      const slopes = gradients(mse.add(steepness.mul(lambda)), all);
      optimizer.applyGradients(all.map((of, i) => [slopes[i]!, of]));
      return [mse, steepness];
    });
    const [mse, steepness] = await step.repeat(tiny ? 300 : 2000);
    rows.push([String(lambda), await mse!.item(), Math.sqrt(await steepness!.item())]);
  }
  yield {
    kind: "table",
    columns: ["λ", "MSE", { en: "slope, root mean square", ru: "наклон, среднеквадратичный" }],
    rows,
    digits: 4,
  };
}
