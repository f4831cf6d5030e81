// S10. The plain recurrent network: the adding problem of 200 steps, and the letters of a text.
import { layers, type Model, optimizers, registerLayer, schedules, sequential, type Tensor } from "nabla";
import { both } from "./tools/part.ts";
import type { RecipeOptions } from "./tools/recipe.ts";
import { Recurrence, type RecurrenceOptions } from "./tools/recurrent/recurrence.ts";
import { recurrentDefaults, recurrentRecipe, type WriterSizes } from "./tools/recurrent/recurrent-recipe.ts";

/**
 * The state is made anew at each step, h ← tanh(x·W + b + h·U). An error that goes back a step is multiplied by Uᵀ and
 * by the slopes of tanh, all at most 1: after 200 steps nothing of it is left (Bengio, Simard & Frasconi 1994).
 */
class PlainRecurrence extends Recurrence {
  override readonly className = "PlainRecurrence";
  readonly gates = 1;
  readonly states = 1;

  protected override step(x: Tensor, [h]: readonly [Tensor], kernel: Tensor): readonly Tensor[] {
    return [x.add(h.matmul(kernel)).tanh()];
  }
}
registerLayer("PlainRecurrence", (config: RecurrenceOptions) => new PlainRecurrence(config));

function addingModel({ seed = 1, tiny = false }: RecipeOptions, steps: number): Model {
  const model = sequential([layers.input([steps, 2]), new PlainRecurrence({ units: tiny ? 4 : 32 }), layers.dense(1)], {
    name: "adder",
    seed,
  });
  return model.compile({ optimizer: optimizers.adam({ learningRate: 0.01, clipnorm: 1 }), loss: "mse" });
}

function characterModel(options: RecipeOptions, { vocabularySize, length, steps }: WriterSizes): Model {
  const { learningRate = recurrentDefaults.learningRate, seed = 1, tiny = false } = options;
  const model = sequential(
    [
      layers.input([length]),
      layers.embedding(vocabularySize, tiny ? 4 : 48),
      new PlainRecurrence({ units: tiny ? 8 : 160, returnSequences: true }),
      layers.dense(vocabularySize),
    ],
    { name: "rnn", seed },
  );
  const falling = schedules.cosineDecay({ initialLearningRate: learningRate, decaySteps: steps, alpha: 0.05 });
  return model.compile({
    optimizer: optimizers.muon({ learningRate: falling, weightDecay: 0.01, clipnorm: 1 }),
    loss: "sparseCategoricalCrossentropy",
  });
}

export const recipe = recurrentRecipe({
  name: "rnn",
  items: ["S10"],
  title: both("The plain recurrent network (RNN)", "Обычная рекуррентная сеть (RNN)"),
  description: both(
    "A recurrent network without gates. It writes like the text that it has read, letter by letter; but to add two " +
      "marked numbers out of 200 it cannot learn, since gradients vanish on the way back: see lstm and gru.",
    "Рекуррентная сеть без вентилей. Она пишет буква за буквой так, как написан прочитанный текст, но складывать два " +
      "отмеченных числа из 200 не учится: градиенты на обратном пути затухают; сравните с lstm и gru.",
  ),
  source: "Elman 1990, Finding structure in time; Bengio, Simard & Frasconi 1994 (why it forgets)",
  expected: [
    {
      metric: "addingError",
      atLeast: 0.15,
      on: both("1,000 sequences of 200 steps", "1000 последовательностей по 200 шагов"),
    },
    {
      metric: "bitsPerCharacter",
      atMost: 2.9,
      on: both("the last tenth of the text", "последняя десятая часть текста"),
    },
  ],
  addingModel,
  characterModel,
});
