// S11. Long short-term memory: the adding problem of 200 steps, and the letters of a text.
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
 * A cell with a memory c, which a gate f keeps, a gate i writes and a gate o shows:
 *
 *     i, f, o = σ(x·W + h·U + b), each with its part of W, U and b;  g = tanh(x·W + h·U + b)
 *     c ← f·c + i·g,  h ← o·tanh c
 *
 * Since c is added to, not multiplied by a matrix, errors reach hundreds of steps back.
 */
class LongShortTermMemory extends Recurrence {
  override readonly className = "LongShortTermMemory";
  readonly gates = 4;
  readonly states = 2;

  protected override step(x: Tensor, [h, c]: readonly [Tensor, Tensor], kernel: Tensor): readonly Tensor[] {
    const [i, f, g, o] = split(x.add(h.matmul(kernel)), 4, -1) as [Tensor, Tensor, Tensor, Tensor];
    const memory = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
    return [o.sigmoid().mul(memory.tanh()), memory];
  }

  protected override firstBias(key: Tensor): Tensor {
    const kept = this.keeping(key);
    const none = zeros([this.units]);
    return concatenate([this.memory > 0 ? kept.neg() : none, kept, none, none]);
  }
}
registerLayer("LongShortTermMemory", (config: RecurrenceOptions) => new LongShortTermMemory(config));

function addingModel({ seed = 1, tiny = false }: RecipeOptions, steps: number): Model {
  const model = sequential(
    [layers.input([steps, 2]), new LongShortTermMemory({ units: tiny ? 4 : 32, memory: steps }), layers.dense(1)],
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
      new LongShortTermMemory({ units: tiny ? 8 : 160, returnSequences: true }),
      layers.dense(vocabularySize),
    ],
    { name: "lstm", seed },
  );
  const falling = schedules.cosineDecay({ initialLearningRate: learningRate, decaySteps: steps, alpha: 0.05 });
  return model.compile({
    optimizer: optimizers.muon({ learningRate: falling, weightDecay: 0.01, clipnorm: 1 }),
    loss: "sparseCategoricalCrossentropy",
  });
}

export const recipe = recurrentRecipe({
  name: "lstm",
  items: ["S11"],
  title: both("Long short-term memory (LSTM)", "Долгая краткосрочная память (LSTM)"),
  description: both(
    "A recurrent network whose cell has a memory with gates. It learns to add two marked numbers out of 200, which a " +
      "plain recurrent network does not, and to write like the text that it has read, letter by letter.",
    "Рекуррентная сеть, в ячейке которой есть память с вентилями. Она учится складывать два отмеченных числа из 200, " +
      "чего обычная рекуррентная сеть не может, и писать буква за буквой так, как написан прочитанный текст.",
  ),
  source: "Hochreiter & Schmidhuber 1997, Long short-term memory; first biases: Tallec & Ollivier 2018",
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
