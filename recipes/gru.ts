// S12. The gated recurrent unit: the adding problem of 200 steps, and the letters of a text.
import {
  concatenate,
  layers,
  type Model,
  optimizers,
  registerLayer,
  schedules,
  sequential,
  split,
  type Tensor,
  zeros,
} from "nabla";
import { both } from "./tools/part.ts";
import type { RecipeOptions } from "./tools/recipe.ts";
import { Recurrence, type RecurrenceOptions } from "./tools/recurrent/recurrence.ts";
import { recurrentDefaults, recurrentRecipe, type WriterSizes } from "./tools/recurrent/recurrent-recipe.ts";

/**
 * A cell whose state h is kept by a gate z, and seen through a gate r by the candidate n:
 *
 *     z, r = σ(x·W + b + h·U), each with its part of W, b and U
 *     n = tanh(x·Wₙ + bₙ + r·(h·Uₙ)),  h ← z·h + (1 − z)·n
 */
class GatedRecurrentUnit extends Recurrence {
  override readonly className = "GatedRecurrentUnit";
  readonly gates = 3;
  readonly states = 1;

  protected override step(x: Tensor, [h]: readonly [Tensor], kernel: Tensor): readonly Tensor[] {
    const [xz, xr, xn] = split(x, 3, -1) as [Tensor, Tensor, Tensor];
    const [hz, hr, hn] = split(h.matmul(kernel), 3, -1) as [Tensor, Tensor, Tensor];
    const z = xz.add(hz).sigmoid();
    const n = xn.add(xr.add(hr).sigmoid().mul(hn)).tanh();
    return [z.mul(h).add(n.sub(z.mul(n)))];
  }

  protected override firstBias(key: Tensor): Tensor {
    return concatenate([this.keeping(key), zeros([2 * this.units])]);
  }
}
registerLayer("GatedRecurrentUnit", (config: RecurrenceOptions) => new GatedRecurrentUnit(config));

function addingModel({ seed = 1, tiny = false }: RecipeOptions, steps: number): Model {
  const model = sequential(
    [layers.input([steps, 2]), new GatedRecurrentUnit({ units: tiny ? 4 : 32, memory: steps }), layers.dense(1)],
    { name: "adder", seed },
  );
  return model.compile({ optimizer: optimizers.adam({ learningRate: 0.01, clipnorm: 1 }), loss: "mse" });
}

function characterModel(options: RecipeOptions, { vocabularySize, length, steps }: WriterSizes): Model {
  const { learningRate = recurrentDefaults.learningRate, seed = 1, tiny = false } = options;
  const model = sequential(
    [
      layers.input([length]),
      layers.embedding(vocabularySize, tiny ? 4 : 48),
      new GatedRecurrentUnit({ units: tiny ? 8 : 160, returnSequences: true }),
      layers.dense(vocabularySize),
    ],
    { name: "gru", seed },
  );
  const falling = schedules.cosineDecay({ initialLearningRate: learningRate, decaySteps: steps, alpha: 0.05 });
  return model.compile({
    optimizer: optimizers.muon({ learningRate: falling, weightDecay: 0.01, clipnorm: 1 }),
    loss: "sparseCategoricalCrossentropy",
  });
}

export const recipe = recurrentRecipe({
  name: "gru",
  items: ["S12"],
  title: both("The gated recurrent unit (GRU)", "Управляемый рекуррентный блок (GRU)"),
  description: both(
    "A recurrent network with two gates and no memory beside its state: a simpler LSTM. It learns to add two marked " +
      "numbers out of 200, and to write like the text that it has read, letter by letter.",
    "Рекуррентная сеть с двумя вентилями, без отдельной памяти: LSTM попроще. Она учится складывать два отмеченных " +
      "числа из 200 и писать буква за буквой так, как написан прочитанный текст.",
  ),
  source: "Cho et al. 2014, Learning phrase representations using RNN encoder–decoder; Tallec & Ollivier 2018",
  expected: [
    {
      metric: "addingError",
      atMost: 0.01,
      on: both("1,000 sequences of 200 steps", "1000 последовательностей по 200 шагов"),
    },
    {
      metric: "bitsPerCharacter",
      atMost: 2.6,
      on: both("the last tenth of the text", "последняя десятая часть текста"),
    },
  ],
  addingModel,
  characterModel,
});
