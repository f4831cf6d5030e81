// H. The time line: from the first model of a neuron to the language models of today.
import { both, type Item, type Text, text } from "./item.ts";

export interface Event {
  readonly year: string;
  readonly who: Text;
  readonly what: Text;
  /** The item of the course in which to see it. */
  readonly see?: string;
}

export const events: readonly Event[] = [
  {
    year: "1943",
    who: both("McCulloch and Pitts", "Маккаллок и Питтс"),
    what: both("a neuron as a sum with a threshold", "нейрон как сумма с порогом"),
    see: "N1",
  },
  {
    year: "1949",
    who: both("Hebb", "Хебб"),
    what: both("a rule by which connections grow", "правило, по которому растут связи"),
    see: "N7",
  },
  {
    year: "1957–58",
    who: both("Rosenblatt", "Розенблатт"),
    what: both("the perceptron learns from examples", "персептрон учится на примерах"),
    see: "N2",
  },
  {
    year: "1969",
    who: both("Minsky and Papert", "Минский и Пейперт"),
    what: both(
      "one layer cannot compute XOR; interest fades",
      "один слой не вычисляет исключающее ИЛИ; интерес угасает",
    ),
    see: "N4",
  },
  {
    year: "1974",
    who: both("Galushkin; Werbos", "Галушкин; Вербос"),
    what: both("backpropagation", "обратное распространение ошибки"),
    see: "B2",
  },
  {
    year: "1986",
    who: both("Rumelhart, Hinton and Williams", "Румельхарт, Хинтон и Уильямс"),
    what: both("all layers are trained: the multilayer perceptron", "обучаются все слои: многослойный персептрон"),
    see: "N5",
  },
  {
    year: "1989",
    who: both("LeCun and others", "Лекун и соавторы"),
    what: both("LeNet, a convolutional network, reads digits", "свёрточная сеть LeNet читает цифры"),
    see: "C5",
  },
  {
    year: "1989",
    who: both("Cybenko", "Цыбенко"),
    what: both(
      "one hidden layer approximates any continuous function",
      "один скрытый слой приближает любую непрерывную функцию",
    ),
    see: "M2",
  },
  {
    year: "2006",
    who: both("Hinton, Osindero and Teh", "Хинтон, Осиндеро и Те"),
    what: both("deep belief networks, trained layer by layer", "глубокие сети доверия, обучаемые послойно"),
    see: "L4",
  },
  {
    year: "2012",
    who: both("Krizhevsky, Sutskever and Hinton", "Крижевский, Суцкевер и Хинтон"),
    what: both(
      "AlexNet wins at ImageNet, trained on graphics cards",
      "AlexNet побеждает в ImageNet, обучившись на видеокартах",
    ),
    see: "C5",
  },
  {
    year: "2014",
    who: both("Goodfellow and others", "Гудфеллоу и соавторы"),
    what: both("GAN: two networks compete, and images appear", "GAN: две сети соревнуются, и возникают изображения"),
  },
  {
    year: "2014",
    who: both("Sutskever, Vinyals and Le", "Суцкевер, Виньялс и Ле"),
    what: both(
      "seq2seq: a sequence in, a sequence out; translation",
      "seq2seq: из последовательности в последовательность, перевод",
    ),
  },
  {
    year: "2015",
    who: both("He and others", "Хе и соавторы"),
    what: both("ResNet: residual connections, over 100 layers", "ResNet: остаточные связи, более 100 слоёв"),
    see: "B4",
  },
  {
    year: "2017",
    who: both("Vaswani and others", "Васвани и соавторы"),
    what: both("the Transformer: attention alone", "трансформер: одно только внимание"),
  },
  {
    year: "2018",
    who: both("Devlin and others", "Девлин и соавторы"),
    what: both("BERT fills gaps in texts", "BERT заполняет пропуски в текстах"),
  },
  {
    year: "2020",
    who: both("Brown and others (OpenAI)", "Браун и соавторы (OpenAI)"),
    what: both("GPT-3 writes texts from a few examples", "GPT-3 пишет тексты по нескольким образцам"),
  },
  {
    year: "2021–22",
    who: both("OpenAI; Rombach and others", "OpenAI; Ромбах и соавторы"),
    what: both(
      "CLIP, DALL·E, Stable Diffusion: images from words",
      "CLIP, DALL·E, Stable Diffusion: изображения по словам",
    ),
  },
  {
    year: "2023–25",
    who: both("OpenAI", "компания OpenAI"),
    what: both("GPT-4, GPT-5", "модели GPT-4 и GPT-5"),
  },
];

export const item: Item = async function* () {
  yield text(
    "Neural networks as a time line. The last column names the item in which to see the idea at work: run it by " +
      "`nabla course` and its name.",
    "История нейронных сетей. В последнем столбце — пример, в котором эту идею можно увидеть в действии: выполните " +
      "`nabla course` с его именем.",
  );
  yield {
    kind: "table",
    columns: [both("year", "год"), both("who", "кто"), both("what", "что"), both("see", "пример")],
    rows: events.map(({ year, who, what, see = "" }) => [year, who, what, see]),
  };
};
