// Says what is going on in the training, from its numbers.
import { numeral } from "../../../../recipes/tools/part.ts";
import type { Text } from "../../state/language.svelte.ts";
import type { Data } from "./data-sets.ts";
import type { Frame } from "./engine.ts";
import type { LossRecord } from "./session.svelte.ts";
import { leastLoss, neuronStates, type Settings, staysAlike } from "./settings.ts";

export interface Circumstances {
  readonly settings: Settings;
  readonly data: Data;
  readonly frame: Frame;
  readonly records: readonly LossRecord[];
}

/** Numbers of things in Russian: 1 нейрон, 2 нейрона, 5 нейронов. */
const russian = (n: number, one: string, few: string, many: string): string => {
  const [last, tens] = [n % 10, n % 100];
  if (last === 1 && tens !== 11) return `${n} ${one}`;
  return last >= 2 && last <= 4 && (tens < 12 || tens > 14) ? `${n} ${few}` : `${n} ${many}`;
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The share of the recent steps of the curve that go up. */
function riseShare(losses: readonly number[]): number {
  const rises = losses.slice(1).filter((loss, i) => loss - losses[i]! > 0.02 * Math.abs(losses[i]!)).length;
  return rises / Math.max(1, losses.length - 1);
}

/** Small losses with the digits that tell them apart. */
const figure = (loss: number): string => numeral(loss, Math.abs(loss) < 0.01 ? undefined : 3);

function first(settings: Settings, { trainLoss }: Frame): Text[] {
  if (!Number.isFinite(trainLoss))
    return [
      {
        en:
          "The answers to some points are too large for a number before anything is learnt: smaller first weights or " +
          "another activation help.",
        ru:
          "Ответы на некоторые точки слишком велики для числа ещё до обучения: помогут меньшие начальные веса или " +
          "другая функция активации.",
      },
    ];
  if (settings.edits.length > 0)
    return [
      {
        en: `Nothing has been learnt yet: weights are set by hand. The loss is ${figure(trainLoss)}.`,
        ru: `Сеть ещё ничему не научилась: веса заданы вручную. Потери равны ${figure(trainLoss)}.`,
      },
    ];
  if (settings.init === "zeros")
    return [
      {
        en:
          "Nothing has been learnt yet: all weights are zero, and all points get one answer. The loss is " +
          `${figure(trainLoss)}.`,
        ru:
          "Сеть ещё ничему не научилась: все веса — нули, и ответ для всех точек один. Потери равны " +
          `${figure(trainLoss)}.`,
      },
    ];
  return [
    {
      en:
        `Nothing has been learnt yet: the weights are random (seed ${settings.weightSeed}), and the colours have ` +
        `nothing to do with the points. The loss is ${figure(trainLoss)}.`,
      ru:
        `Сеть ещё ничему не научилась: веса случайны (зерно ${settings.weightSeed}), и цвета никак не связаны с ` +
        `точками. Потери равны ${figure(trainLoss)}.`,
    },
  ];
}

function neurons({ frame }: Circumstances): Text[] {
  const count = (name: (typeof neuronStates)[number]): number =>
    frame.states.filter((state) => neuronStates[state] === name).length;
  const [dead, saturated] = [count("dead"), count("saturated")];
  const told: Text[] = [];
  if (dead > 0)
    told.push({
      en:
        `${dead} ${dead === 1 ? "neuron is" : "neurons are"} dead (†): the answer is the same for every point, no ` +
        "gradient comes through, and nothing can wake it. A smaller learning rate or Leaky ReLU keeps neurons alive.",
      ru:
        `${russian(dead, "нейрон мёртв", "нейрона мертвы", "нейронов мертвы")} (†): ответ один и тот же для всех ` +
        "точек, градиент не проходит, и ничто их не оживит. Помогают меньшая скорость обучения или Leaky ReLU.",
    });
  if (saturated > 0)
    told.push({
      en:
        `${saturated} ${saturated === 1 ? "neuron is" : "neurons are"} saturated (≈): at almost every point the ` +
        "activation is flat, so that hardly any gradient comes through and the neuron learns slowly.",
      ru:
        `${russian(saturated, "нейрон насыщен", "нейрона насыщены", "нейронов насыщены")} (≈): почти во всех точках ` +
        "функция активации плоская, градиент почти не проходит, и нейрон учится медленно.",
    });
  return told;
}

function fit({ settings, data, frame, records }: Circumstances): Text[] {
  const { trainLoss, testLoss, trainRight, testRight } = frame;
  const aboveLeast = trainLoss - leastLoss(data.task, settings);
  const hasLearnt = data.task === "value" ? trainLoss < 0.5 * (records[0]?.[1] ?? Infinity) : trainRight > 0.8;
  if (hasLearnt && testLoss - trainLoss > Math.max(0.6 * aboveLeast, 0.04))
    return [
      {
        en:
          `The test loss (${figure(testLoss)}) is well above the training loss (${figure(trainLoss)}): the network ` +
          "learns its own points by heart, which is overfitting. More points, fewer neurons or regularisation help.",
        ru:
          `Потери на тесте (${figure(testLoss)}) заметно больше, чем на обучении (${figure(trainLoss)}): сеть ` +
          "заучивает свои точки — это переобучение. Помогают больше точек, меньше нейронов или регуляризация.",
      },
    ];
  if (data.task !== "value" && trainRight === 1)
    return [
      {
        en:
          `Every training point is answered rightly${testRight === 1 ? ", and every test point too" : ""}. What ` +
          "goes on falling is how unsure the answers are.",
        ru:
          `Верны ответы для всех обучающих точек${testRight === 1 ? " и для всех тестовых тоже" : ""}. Дальше ` +
          "убывает лишь неуверенность ответов.",
      },
    ];
  return [];
}

function pace({ settings, data, frame, records }: Circumstances): Text[] {
  const losses = records.slice(-40).map(([, loss]) => loss);
  if (losses.length < 12)
    return [
      {
        en:
          `The training has begun: each step takes ${settings.batch} points, asks every weight for its share in the ` +
          "error, and moves it a little the other way.",
        ru:
          `Обучение началось: каждый шаг берёт точки пакета (${settings.batch}), находит вклад каждого веса в ` +
          "ошибку и чуть сдвигает вес в обратную сторону.",
      },
    ];
  if (riseShare(losses) > 0.35)
    return [
      {
        en:
          `The loss jumps up and down: with a learning rate of ${settings.rate} the steps are longer than the ` +
          "valley is wide. Try a third of it.",
        ru:
          `Потери скачут вверх и вниз: при скорости обучения ${settings.rate} шаги длиннее, чем ширина оврага. ` +
          "Попробуйте взять её втрое меньше.",
      },
    ];
  const half = Math.floor(losses.length / 2);
  const [before, now] = [mean(losses.slice(0, half)), mean(losses.slice(half))];
  const isDone = data.task === "value" ? frame.trainLoss < 0.005 : frame.trainRight > 0.98;
  const isFlat = before - now < 0.01 * (before - leastLoss(data.task, settings));
  if (isFlat && isDone)
    return [
      {
        en: `The loss stays at ${figure(now)}: there is little left to learn.`,
        ru: `Потери держатся на ${figure(now)}: учиться больше почти нечему.`,
      },
    ];
  if (isFlat) {
    const isLinear = settings.layers.length === 0 || settings.f === "linear";
    return [
      isLinear
        ? {
            en:
              "The loss does not fall any more. Without hidden layers, or with linear ones, the border is a " +
              "straight line in the inputs: choose other inputs, or add a layer with an activation that bends.",
            ru:
              "Потери больше не убывают. Без скрытых слоёв или с линейными слоями граница — прямая в пространстве " +
              "входов: выберите другие входы или добавьте слой с нелинейной функцией активации.",
          }
        : {
            en:
              "The loss hardly falls any more: the network is on a plateau or at a minimum. More neurons, other " +
              "inputs, another seed or Adam can lead on.",
            ru:
              "Потери почти не убывают: сеть на плато или в минимуме. Помогут ещё нейроны, другие входы, другое " +
              "зерно или Adam.",
          },
    ];
  }
  return [
    {
      en:
        `The loss falls: from ${figure(before)} to ${figure(now)} over the last pictures. Each step moves ` +
        "every weight against its gradient.",
      ru:
        `Потери убывают: с ${figure(before)} до ${figure(now)} за последние кадры. Каждый шаг сдвигает все ` +
        "веса против градиента.",
    },
  ];
}

/** A few sentences about the state of the training. */
export function explain(circumstances: Circumstances): Text[] {
  const { settings, data, frame } = circumstances;
  if (frame.failure || data.train.length === 0) return [];
  const symmetry: Text[] = staysAlike(settings)
    ? [
        {
          en:
            "All weights began at zero, so all neurons of a layer get the same gradient and stay the same for " +
            "ever: that is why weights begin at random.",
          ru:
            "Все веса начались с нуля, поэтому нейроны слоя получают одинаковый градиент и навсегда остаются " +
            "одинаковыми: вот почему веса берут случайными.",
        },
      ]
    : [];
  if (frame.epoch === 0) return [...first(settings, frame), ...symmetry];
  const told = [...symmetry, ...neurons(circumstances), ...fit(circumstances), ...pace(circumstances)];
  return told.slice(0, 3);
}
