// What the bot knows: questions about the course, and their answers, in English and in Russian.
import type { Language } from "../part.ts";

/** A topic of the course: its names, as a question may call it, and what the bot says about it. */
export interface Topic {
  readonly names: Readonly<Record<Language, readonly string[]>>;
  readonly answer: Readonly<Record<Language, string>>;
}

const topic = (names: Topic["names"], en: string, ru: string): Topic => ({ names, answer: { en, ru } });

export const topics: readonly Topic[] = [
  topic(
    { en: ["a neuron", "an artificial neuron"], ru: ["нейрон", "искусственный нейрон"] },
    "It adds up weighted inputs and a bias, and applies an activation function.",
    "Он складывает взвешенные входы и смещение и применяет функцию активации.",
  ),
  topic(
    { en: ["the perceptron", "rosenblatt's perceptron"], ru: ["персептрон", "персептрон розенблатта"] },
    "A neuron with a threshold and a learning rule, by Frank Rosenblatt, 1957.",
    "Нейрон с порогом и правилом обучения, предложенный Фрэнком Розенблаттом в 1957 году.",
  ),
  topic(
    { en: ["a multilayer perceptron", "an mlp"], ru: ["многослойный персептрон", "mlp"] },
    "Fully connected layers one after another, all of them trained.",
    "Полносвязные слои один за другим, причём обучаются все слои.",
  ),
  topic(
    { en: ["xor", "exclusive or"], ru: ["xor", "исключающее или"] },
    "A function that no single neuron computes: two layers are needed.",
    "Функция, которую один нейрон вычислить не может: нужны два слоя.",
  ),
  topic(
    { en: ["an activation function", "activations"], ru: ["функция активации", "активация"] },
    "A nonlinear function after each layer; without it layers collapse into one.",
    "Нелинейная функция после слоя; без неё все слои сводятся к одному.",
  ),
  topic(
    { en: ["relu", "the rectified linear unit"], ru: ["relu", "выпрямитель"] },
    "max(x, 0): it keeps positive numbers and drops negative ones.",
    "max(x, 0): положительные числа остаются, отрицательные становятся нулём.",
  ),
  topic(
    { en: ["the sigmoid", "the logistic function"], ru: ["сигмоида", "логистическая функция"] },
    "1 / (1 + exp(-x)): it maps any number into the range from 0 to 1.",
    "1 / (1 + exp(-x)): переводит любое число в промежуток от 0 до 1.",
  ),
  topic(
    { en: ["softmax", "the softmax function"], ru: ["softmax", "софтмакс"] },
    "It turns scores into probabilities that sum to one.",
    "Она превращает оценки в вероятности, сумма которых равна единице.",
  ),
  topic(
    { en: ["a loss function", "the loss"], ru: ["функция потерь", "потери"] },
    "A number that says how far the answers are from the targets; training lowers it.",
    "Число, показывающее, насколько ответы далеки от правильных; обучение его уменьшает.",
  ),
  topic(
    { en: ["cross-entropy", "crossentropy"], ru: ["перекрёстная энтропия", "кросс-энтропия"] },
    "Minus the logarithm of the probability that the network gives to the right class.",
    "Минус логарифм вероятности, которую сеть приписывает верному классу.",
  ),
  topic(
    {
      en: ["gradient descent", "the method of gradient descent"],
      ru: ["градиентный спуск", "метод градиентного спуска"],
    },
    "Small steps against the gradient, until the loss is low.",
    "Небольшие шаги против градиента, пока функция потерь не станет малой.",
  ),
  topic(
    { en: ["the learning rate", "step size"], ru: ["скорость обучения", "длина шага"] },
    "The length of a step of descent: too large diverges, too small takes forever.",
    "Длина шага спуска: слишком большая расходится, слишком малая учит очень долго.",
  ),
  topic(
    { en: ["a mini-batch", "mini-batches"], ru: ["мини-пакет", "мини-батч"] },
    "A few examples whose mean gradient makes one step.",
    "Несколько примеров, по среднему градиенту которых делается один шаг.",
  ),
  topic(
    { en: ["backpropagation", "the backward pass"], ru: ["обратное распространение ошибки", "обратный проход"] },
    "The chain rule from the loss back to every weight, layer by layer.",
    "Цепное правило от функции потерь назад к каждому весу, слой за слоем.",
  ),
  topic(
    { en: ["the vanishing gradient", "vanishing gradients"], ru: ["затухающий градиент", "затухание градиента"] },
    "In deep networks the first layers get almost no gradient; residual connections help.",
    "В глубоких сетях до первых слоёв градиент почти не доходит; помогают остаточные связи.",
  ),
  topic(
    { en: ["a convolution", "convolutional layers"], ru: ["свёртка", "свёрточный слой"] },
    "A small kernel slides over the image and looks for one pattern everywhere.",
    "Небольшое ядро скользит по изображению и всюду ищет один и тот же узор.",
  ),
  topic(
    { en: ["pooling", "max pooling"], ru: ["пулинг", "подвыборка"] },
    "It keeps the maximum or the mean of each window, and makes images smaller.",
    "Она оставляет максимум или среднее каждого окна и уменьшает изображение.",
  ),
  topic(
    { en: ["lenet", "lenet-5"], ru: ["lenet", "сеть lenet"] },
    "A convolutional network that read handwritten digits in 1989.",
    "Свёрточная сеть, которая читала рукописные цифры в 1989 году.",
  ),
  topic(
    { en: ["resnet", "a residual network"], ru: ["resnet", "остаточная сеть"] },
    "A deep network whose layers add to what skips past them, 2015.",
    "Глубокая сеть, слои которой прибавляют к тому, что идёт в обход них, 2015 год.",
  ),
  topic(
    { en: ["dropout", "the dropout layer"], ru: ["прореживание", "dropout"] },
    "In training it sets random values to zero, so that neurons do not rely on each other.",
    "При обучении случайные значения обнуляются, чтобы нейроны не полагались друг на друга.",
  ),
  topic(
    { en: ["overfitting", "learning by heart"], ru: ["переобучение", "заучивание наизусть"] },
    "The network knows its examples by heart and fails on new ones.",
    "Сеть знает свои примеры наизусть и ошибается на новых.",
  ),
  topic(
    { en: ["an autoencoder", "autoencoders"], ru: ["автокодировщик", "автоэнкодер"] },
    "A network that squeezes its input into a short code and restores it.",
    "Сеть, которая сжимает вход в короткий код и восстанавливает его.",
  ),
  topic(
    { en: ["a gan", "a generative adversarial network"], ru: ["gan", "генеративно-состязательная сеть"] },
    "A generator and a judge that learn against each other, 2014.",
    "Генератор и судья, которые учатся друг против друга, 2014 год.",
  ),
  topic(
    { en: ["a recurrent network", "an rnn"], ru: ["рекуррентная сеть", "rnn"] },
    "A network that reads a sequence step by step and carries a state along.",
    "Сеть, которая читает последовательность шаг за шагом и несёт с собой состояние.",
  ),
  topic(
    { en: ["lstm", "long short-term memory"], ru: ["lstm", "долгая краткосрочная память"] },
    "A recurrent cell with a memory that gates keep, write and show, 1997.",
    "Рекуррентная ячейка с памятью, которую вентили хранят, пишут и показывают, 1997 год.",
  ),
  topic(
    { en: ["attention", "the attention mechanism"], ru: ["внимание", "механизм внимания"] },
    "A weighted mean of values, with weights that say what matters now.",
    "Взвешенное среднее значений, веса которого говорят, что важно сейчас.",
  ),
  topic(
    { en: ["the transformer", "transformers"], ru: ["трансформер", "архитектура трансформер"] },
    "A network of attention and dense layers without recurrence, 2017.",
    "Сеть из внимания и полносвязных слоёв без рекуррентности, 2017 год.",
  ),
  topic(
    { en: ["an embedding", "embeddings"], ru: ["вложение", "эмбеддинг"] },
    "A learned vector for each word or category.",
    "Выученный вектор для каждого слова или категории.",
  ),
  topic(
    { en: ["reinforcement learning", "learning by reward"], ru: ["обучение с подкреплением", "обучение по награде"] },
    "An agent tries actions and learns from rewards which of them pay.",
    "Агент пробует действия и по наградам узнаёт, какие из них выгодны.",
  ),
  topic(
    { en: ["mnist", "the mnist data set"], ru: ["mnist", "набор mnist"] },
    "60,000 handwritten digits to learn from and 10,000 to test with.",
    "60 000 рукописных цифр для обучения и 10 000 для проверки.",
  ),
];

/** The ways to ask about a topic, X, that the bot learns from. */
export const learntFrames: Readonly<Record<Language, readonly string[]>> = {
  en: [
    "X",
    "what is X",
    "explain X",
    "define X",
    "tell me about X",
    "what does X mean",
    "can you explain X to me",
    "i want to know about X",
    "what do you know about X",
    "give a definition of X",
  ],
  ru: [
    "X",
    "что такое X",
    "X — что это",
    "что значит X",
    "расскажи, что такое X",
    "дай определение: X",
    "можешь объяснить, что такое X",
    "хочу узнать, что такое X",
    "как понять, что такое X",
    "объясни слово X",
  ],
};

/** The ways to ask that it meets only when it is tested. */
export const heldOutFrames: Readonly<Record<Language, readonly string[]>> = {
  en: [
    "could you please say in simple words what X is",
    "i don't understand X at all",
    "remind me how X works",
    "my teacher mentioned X yesterday, help",
  ],
  ru: [
    "простыми словами: что есть X",
    "никак не пойму, зачем нужна эта штука — X",
    "напомни мне, пожалуйста, термин X",
    "на лекции упомянули X, поясни",
  ],
};

/** What the bot says of a thing that is none of its topics. */
export const unknown: Readonly<Record<Language, string>> = {
  en: "I do not know that: ask me about a term of the course.",
  ru: "Этого я не знаю: спросите о понятии из курса.",
};

/** Things that are none of its topics, and of which it meets only when it is tested. */
export const heldOutThings: Readonly<Record<Language, readonly string[]>> = {
  en: [
    ...["the weather", "a sandwich", "my brother", "chess", "the capital of italy", "a dog", "gold", "the opera"],
    ...["the train to london", "dinner", "justice", "the sun", "a good book", "rain", "a motorbike", "friendship"],
  ],
  ru: [
    ...["погода", "бутерброд", "мой брат", "шахматы", "столица италии", "собака", "золото", "опера"],
    ...["поезд до москвы", "ужин", "справедливость", "солнце", "хорошая книга", "дождь", "мотоцикл", "дружба"],
  ],
};

/** A question as the bot reads it: small letters, without signs. */
export const plainQuestion = (question: string): string =>
  question
    .toLowerCase()
    .replace(/[^\p{L}\p{N}'-]+/gu, " ")
    .trim();

/** A question with its answer. */
export type QuestionPair = readonly [question: string, answer: string];

/** All topics asked about in all ways. */
export const questionPairs = (
  frames: Readonly<Record<Language, readonly string[]>>,
  asked: readonly Pick<Topic, "names" | "answer">[] = topics,
): QuestionPair[] =>
  asked.flatMap(({ names, answer }) =>
    (["en", "ru"] as const).flatMap((language) =>
      names[language].flatMap((name) =>
        frames[language].map((frame) => [plainQuestion(frame.replace("X", name)), answer[language]] as const),
      ),
    ),
  );
