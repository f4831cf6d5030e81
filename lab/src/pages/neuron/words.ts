// The words of the page of the neuron.
import { numeral } from "../../../../recipes/tools/part.ts";
import type { Text } from "../../state/language.svelte.ts";

export const words = {
  title: { en: "One neuron", ru: "Один нейрон" },
  lead: {
    en: "A neuron weighs its inputs, adds a bias, and answers by what the sum is. In the plane this is a line: one side answers yes, the other no. See what it can tell apart, how it learns that, and why it took a second layer to go on.",
    ru: "Нейрон взвешивает входы, прибавляет смещение и отвечает в зависимости от суммы. На плоскости это прямая: по одну сторону ответ «да», по другую — «нет». Посмотрите, что нейрон умеет различать, как он этому учится и почему понадобился второй слой.",
  },
  scenes: { en: "Scenes", ru: "Сцены" },
  sceneTitles: {
    line: { en: "A line", ru: "Прямая" },
    rule: { en: "The learning rule", ru: "Правило обучения" },
    layers: { en: "XOR by two layers", ru: "XOR двумя слоями" },
    feature: { en: "XOR by a feature", ru: "XOR с новым признаком" },
    polygon: { en: "A polygon", ru: "Многоугольник" },
  },
  points: { en: "Points", ru: "Точки" },
  sets: {
    and: { en: "AND", ru: "И" },
    or: { en: "OR", ru: "ИЛИ" },
    xor: { en: "XOR", ru: "Исключающее ИЛИ" },
    clouds: { en: "Two clouds", ru: "Два облака" },
    own: { en: "My own", ru: "Свои" },
  },
  activation: { en: "Activation f", ru: "Функция активации f" },
  activations: {
    step: { en: "step", ru: "ступенька" },
    sign: { en: "sign", ru: "знак" },
    sigmoid: { en: "sigmoid", ru: "сигмоида" },
    tanh: "tanh",
    relu: "ReLU",
  },
  weight: (index: string): Text => ({ en: `weight ${index}`, ru: `вес ${index}` }),
  biasName: { en: "bias", ru: "смещение" },
  neuron: { en: "The neuron", ru: "Нейрон" },
  formula: { en: "The formula with these numbers", ru: "Формула с этими числами" },
  plane: {
    en: "The plane of the inputs x₁ and x₂, coloured by the answer",
    ru: "Плоскость входов x₁ и x₂, цвет показывает ответ",
  },
  line: {
    en: "The line where the sum is zero; the arrow points to the side of the answer 1",
    ru: "Прямая, на которой сумма равна нулю; стрелка указывает в сторону ответа 1",
  },
  pointLabel: (x1: number, x2: number, label: number, isWrong: boolean): Text => ({
    en: `Point (${numeral(x1)}, ${numeral(x2)}), class ${label}${isWrong ? ", answered wrongly" : ""}`,
    ru: `Точка (${numeral(x1)}, ${numeral(x2)}), класс ${label}${isWrong ? ", ответ неверен" : ""}`,
  }),
  right: (right: number, all: number): Text => ({
    en: `${right} of ${all} points are answered rightly`,
    ru: `Верных ответов: ${right} из ${all}`,
  }),
  noPoints: { en: "No points yet: click the plane.", ru: "Точек пока нет: щёлкните по плоскости." },
  howToEdit: {
    en: "Drag the line, or turn it by its arrow. Click the plane to add a point; click a point to change its class, and once more to remove it.",
    ru: "Тяните прямую или поворачивайте её за стрелку. Щелчок по плоскости добавляет точку, щелчок по точке меняет её класс, ещё один — удаляет.",
  },
  flat: {
    en: "Both weights are zero: the sum is the bias everywhere, and there is no line.",
    ru: "Оба веса равны нулю: сумма всюду равна смещению, и прямой нет.",
  },
  at: (x1: number, x2: number, z: number): Text => ({
    en: `x = (${numeral(x1, 2)}, ${numeral(x2, 2)}): z = ${numeral(z, 3)}`,
    ru: `x = (${numeral(x1, 2)}, ${numeral(x2, 2)}): z = ${numeral(z, 3)}`,
  }),
  lineText: {
    en: "The answer changes where z = 0. The weights (w₁, w₂) stand at right angles to that line and point to the side of the answer 1; the bias b moves it away from the origin.",
    ru: "Ответ меняется там, где z = 0. Вектор весов (w₁, w₂) перпендикулярен этой прямой и направлен в сторону ответа 1, а смещение b отодвигает её от начала координат.",
  },
  askAnd: {
    en: "Take AND, and find weights that answer all four points rightly.",
    ru: "Выберите И и подберите веса, при которых все четыре ответа верны.",
  },
  answerAnd: {
    en: "Any line that parts (1, 1) from the other three will do: there are endlessly many.",
    ru: "Годится любая прямая, отделяющая (1, 1) от трёх остальных точек: таких бесконечно много.",
  },
  askBias: {
    en: "Set the bias to zero. Why can no line part AND now?",
    ru: "Обнулите смещение. Почему теперь никакая прямая не отделит И?",
  },
  answerBias: {
    en: "Without a bias the sum at (0, 0) is zero whatever the weights are, so the line goes through the origin. (0, 1) and (1, 0) must not fire, so neither weight may be above zero; then their sum at (1, 1) is not above zero either.",
    ru: "Без смещения сумма в точке (0, 0) равна нулю при любых весах, и прямая проходит через начало координат. Точки (0, 1) и (1, 0) не должны срабатывать, значит, ни один из весов не больше нуля — но тогда и сумма в (1, 1) не больше нуля.",
  },
  askXor: {
    en: "Take XOR, and answer three points of four rightly. Can you get the fourth?",
    ru: "Выберите исключающее ИЛИ и добейтесь трёх верных ответов из четырёх. Получится ли четвёртый?",
  },
  answerXor: {
    en: "Three is the most that one neuron can do: Minsky and Papert proved in 1969 that no line parts XOR.",
    ru: "Три — предел для одного нейрона: в 1969 году Минский и Пейперт доказали, что исключающее ИЛИ прямой не разделить.",
  },
  askSoft: {
    en: "Take the sigmoid, and make the change from no to yes sharper without moving the line: make all three numbers larger by one factor, until the weights are at least 3.",
    ru: "Возьмите сигмоиду и сделайте переход от «нет» к «да» резче, не сдвигая прямую: увеличивайте все три числа в одно и то же число раз, пока веса не станут не меньше 3.",
  },
  answerSoft: {
    en: "Multiplying w₁, w₂ and b by one number leaves the line where it is and makes z grow faster: in the limit the sigmoid is the step.",
    ru: "Умножение w₁, w₂ и b на одно число оставляет прямую на месте, но z растёт быстрее: в пределе сигмоида становится ступенькой.",
  },
} as const;
