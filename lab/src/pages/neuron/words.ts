// The words of the page of the neuron.
import { numeral } from "../../../../recipes/tools/part.ts";
import type { Text } from "../../state/language.svelte.ts";

export const words = {
  title: { en: "One neuron", ru: "Один нейрон" },
  lead: {
    en:
      "A neuron weighs its inputs, adds a bias, and answers by what the sum is. In the plane this is a line: one " +
      "side answers yes, the other no. See what it can tell apart, how it learns that, and why it took a second " +
      "layer to go on.",
    ru:
      "Нейрон взвешивает входы, прибавляет смещение и отвечает в зависимости от суммы. На плоскости это прямая: по " +
      "одну сторону ответ «да», по другую — «нет». Посмотрите, что нейрон умеет различать, как он этому учится и " +
      "почему понадобился второй слой.",
  },
  scenes: { en: "Scenes", ru: "Сцены" },
  sceneTitles: {
    line: { en: "A line", ru: "Прямая" },
    rule: { en: "The learning rule", ru: "Обучение" },
    layers: { en: "XOR by two layers", ru: "XOR двумя слоями" },
    feature: { en: "XOR by a feature", ru: "XOR с признаком" },
    polygon: { en: "A polygon", ru: "Многоугольник" },
    kinds: { en: "Kinds of perceptron", ru: "Виды персептронов" },
    model: { en: "One neuron as a model", ru: "Нейрон как модель" },
    hebb: { en: "Hebb’s rule", ru: "Правило Хебба" },
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
    en: `${right} of ${all} ${all === 1 ? "point is" : "points are"} answered rightly`,
    ru: `Верных ответов: ${right} из ${all}`,
  }),
  computing: { en: "Computing …", ru: "Вычисляется…" },
  noPoints: { en: "No points yet: click the plane.", ru: "Точек пока нет: щёлкните по плоскости." },
  howToEdit: {
    en:
      "Drag the line, or turn it by its arrow. Click the plane to add a point; click a point to change its class, " +
      "and once more to remove it.",
    ru:
      "Тяните прямую или поворачивайте её за стрелку. Щелчок по плоскости добавляет точку, щелчок по точке меняет " +
      "её класс, ещё один\u00a0— удаляет.",
  },
  howToEditByKeys: {
    en: "By the keyboard: the arrow keys move a point, Enter changes its class, Delete removes it.",
    ru: "С клавиатуры: стрелки двигают точку, Enter меняет её класс, Delete удаляет.",
  },
  addPoint: { en: "Add a point", ru: "Добавить точку" },
  flat: {
    en: "Both weights are zero: the sum is the bias everywhere, and there is no line.",
    ru: "Оба веса равны нулю: сумма всюду равна смещению, и прямой нет.",
  },
  at: (x1: number, x2: number, z: number): Text => ({
    en: `x = (${numeral(x1, 2)}, ${numeral(x2, 2)}): z = ${numeral(z, 3)}`,
    ru: `x = (${numeral(x1, 2)}, ${numeral(x2, 2)}): z = ${numeral(z, 3)}`,
  }),
  lineText: {
    en:
      "The answer changes where z = 0. The weights (w₁, w₂) stand at right angles to that line and point to the " +
      "side of the answer 1; the bias b moves it away from the origin.",
    ru:
      "Ответ меняется там, где z = 0. Вектор весов (w₁, w₂) перпендикулярен этой прямой и направлен в сторону " +
      "ответа 1, а смещение b отодвигает её от начала координат.",
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
    ru: "Обнулите смещение. Почему теперь никакая прямая не разделит точки И?",
  },
  answerBias: {
    en:
      "Without a bias the sum at (0, 0) is zero whatever the weights are, so the line goes through the origin. (0, " +
      "1) and (1, 0) must not fire, so neither weight may be above zero; then their sum at (1, 1) is not above zero " +
      "either.",
    ru:
      "Без смещения сумма в точке (0, 0) равна нулю при любых весах, и прямая проходит через начало координат. " +
      "Точки (0, 1) и (1, 0) не должны срабатывать, значит, ни один из весов не больше нуля — но тогда и сумма в " +
      "(1, 1) не больше нуля.",
  },
  askXor: {
    en: "Take XOR, and answer three points of four rightly. Can you get the fourth?",
    ru: "Выберите исключающее ИЛИ и добейтесь трёх верных ответов из четырёх. Получится ли четвёртый?",
  },
  answerXor: {
    en: "Three is the most that one neuron can do: Minsky and Papert proved in 1969 that no line parts XOR.",
    ru:
      "Три — предел для одного нейрона: в 1969 году Минский и Пейперт доказали, что исключающее ИЛИ прямой не " +
      "разделить.",
  },
  askSoft: {
    en:
      "Take the sigmoid, and make the change from no to yes sharper without moving the line: make all three numbers " +
      "larger by one factor, until the weights are at least 3.",
    ru:
      "Возьмите сигмоиду и сделайте переход от «нет» к «да» резче, не сдвигая прямую: увеличивайте все три числа в " +
      "одно и то же число раз, пока веса не станут не меньше 3.",
  },
  answerSoft: {
    en:
      "Multiplying w₁, w₂ and b by one number leaves the line where it is and makes z grow faster: in the limit the " +
      "sigmoid is the step.",
    ru:
      "Умножение w₁, w₂ и b на одно число оставляет прямую на месте, но z растёт быстрее: в пределе сигмоида " +
      "становится ступенькой.",
  },
  howToEditPoints: {
    en: "Click the plane to add a point; click a point to change its class, and once more to remove it.",
    ru: "Щелчок по плоскости добавляет точку, щелчок по точке меняет её класс, ещё один\u00a0— удаляет.",
  },
  rule: { en: "Rosenblatt's rule", ru: "Правило Розенблатта" },
  rate: { en: "learning rate", ru: "скорость обучения" },
  withBias: { en: "with the bias w₀", ru: "со смещением w₀" },
  epoch: { en: "Epoch", ru: "Эпоха" },
  back: { en: "Back", ru: "Назад" },
  toStart: { en: "From the start", ru: "Сначала" },
  lineBefore: { en: "The line before this step", ru: "Прямая до этого шага" },
  stepNumber: (step: number, epoch: number): Text => ({
    en: `Step ${step}, epoch ${epoch}.`,
    ru: `Шаг ${step}, эпоха ${epoch}.`,
  }),
  shown: (x1: number, x2: number, y: number): Text => ({
    en: `The point (${numeral(x1)}, ${numeral(x2)}) is shown; the right answer is ${y === 1 ? "+1" : "−1"}.`,
    ru: `Показана точка (${numeral(x1)}, ${numeral(x2)}), верный ответ: ${y === 1 ? "+1" : "−1"}.`,
  }),
  wrongAnswer: {
    en: "The answer is wrong, so the weights move towards the point if it should be +1, away from it if −1.",
    ru: "Ответ неверен, поэтому веса сдвигаются к точке, если нужен ответ +1, и от неё, если −1.",
  },
  noAnswer: {
    en: "The sum is zero, which is neither answer and counts as wrong: the weights change.",
    ru: "Сумма равна нулю — это ни один из ответов, что считается ошибкой: веса меняются.",
  },
  rightAnswer: { en: "The answer is right: nothing changes.", ru: "Ответ верен: ничего не меняется." },
  beforeRule: {
    en:
      "The neuron begins with w = 0. Press “Step”: it is shown one point after the other, and learns from its " +
      "mistakes only.",
    ru: "Нейрон начинает с w = 0. Нажмите «Шаг»: ему показывают точки одну за другой, и учится он только на ошибках.",
  },
  converged: (steps: number, epoch: number): Text => ({
    en: `An epoch without a mistake: the rule has converged after ${steps} steps, in epoch ${epoch}.`,
    ru: `Эпоха без ошибок: правило сошлось, шагов — ${steps}, эпоха ${epoch}.`,
  }),
  notConverged: (steps: number, epoch: number): Text => ({
    en: `${steps} steps, ${epoch} epochs, and still mistakes in each: it goes on like this for ever.`,
    ru: `Шагов — ${steps}, эпох — ${epoch}, и в каждой есть ошибки: так будет продолжаться вечно.`,
  }),
  mistakesByEpoch: { en: "Mistakes in each epoch", ru: "Число ошибок за эпоху" },
  ruleText: {
    en:
      "The perceptron (1957) answers a(x) = sign(⟨w, x⟩ + w₀). When it is wrong, w ← w + ηyx and w₀ ← w₀ + ηy. If " +
      "some line parts the points, the rule finds one after finitely many changes (Novikoff, 1962).",
    ru:
      "Персептрон (1957) отвечает a(x) = sign(⟨w, x⟩ + w₀). Если он ошибся, то w ← w + ηyx и w₀ ← w₀ + ηy. Если " +
      "точки вообще можно разделить прямой, правило найдёт её за конечное число изменений (теорема Новикова, 1962).",
  },
  askRuleAnd: { en: "Let the rule learn AND to the end.", ru: "Дайте правилу выучить И до конца." },
  answerRuleAnd: {
    en: "It converged: AND can be parted by a line, and the rule found one.",
    ru: "Правило сошлось: И разделимо прямой, и она найдена.",
  },
  askRuleBias: {
    en: "Take the bias away and let it learn AND for 40 steps.",
    ru: "Уберите смещение и дайте правилу учить И 40 шагов.",
  },
  answerRuleBias: {
    en:
      "The point (0, 0) gives the sum 0 whatever the weights are, and so does every line through the origin: it " +
      "never ends.",
    ru:
      "В точке (0, 0) сумма равна 0 при любых весах, и прямая не может уйти от начала координат: обучение не " +
      "закончится никогда.",
  },
  askRuleXor: { en: "Let it learn XOR for 40 steps.", ru: "Дайте правилу учить исключающее ИЛИ 40 шагов." },
  answerRuleXor: {
    en: "The mistakes do not go away: the weights come back to where they were, and the circle begins anew.",
    ru: "Ошибки не исчезают: веса возвращаются к прежним значениям, и круг начинается заново.",
  },
  askRuleRate: {
    en: "Change η and learn a set to the end. Do the numbers of mistakes change?",
    ru: "Измените η и выучите набор до конца. Изменилось ли число ошибок?",
  },
  answerRuleRate: {
    en: "They do not: from w = 0 a larger η makes all weights larger by one factor, and the sign of the sum stays.",
    ru: "Нет: если начать с w = 0, то η лишь умножает все веса на одно и то же число, а знак суммы не меняется.",
  },
  inputPlane: { en: "What the network is given: x₁, x₂", ru: "Что дано сети: x₁, x₂" },
  hiddenPlane: { en: "What the hidden layer makes of it: u₁, u₂", ru: "Во что это превращает скрытый слой: u₁, u₂" },
  hiddenPlaneLabel: {
    en: "The plane of the hidden answers u₁ and u₂, coloured by the answer of the upper neuron",
    ru: "Плоскость ответов скрытого слоя u₁ и u₂, цвет показывает ответ верхнего нейрона",
  },
  hiddenLine: (index: number): Text => ({
    en: `The line of hidden neuron ${index}`,
    ru: `Прямая скрытого нейрона ${index}`,
  }),
  upperLine: { en: "The line of the upper neuron", ru: "Прямая верхнего нейрона" },
  weights: { en: "The weights", ru: "Веса" },
  courseWeights: { en: "The weights of the course", ru: "Веса из курса" },
  layersText: {
    en:
      "u₁ is AND, u₂ is OR, and y is OR but not AND. The points (0, 1) and (1, 0) become one point of the plane " +
      "(u₁, u₂), and there a line parts XOR. That is what a hidden layer is for: it makes a new space, in which the " +
      "task is easier.",
    ru:
      "u₁ — это И, u₂ — это ИЛИ, а y — «ИЛИ, но не И». Точки (0, 1) и (1, 0) на плоскости (u₁, u₂) сливаются в " +
      "одну, и там исключающее ИЛИ уже разделимо прямой. Для этого и нужен скрытый слой: он строит новое " +
      "пространство, в котором задача проще.",
  },
  askLayersMerge: {
    en: "Which two points have become one in the plane (u₁, u₂)? Change a weight of u₁ until they are two again.",
    ru: "Какие две точки слились в одну на плоскости (u₁, u₂)? Меняйте вес нейрона u₁, пока их снова не станет две.",
  },
  answerLayersMerge: {
    en: "(0, 1) and (1, 0): both hidden neurons answer alike for them, and both belong to the answer 1.",
    ru: "(0, 1) и (1, 0): для них оба скрытых нейрона отвечают одинаково, и обеим нужен ответ 1.",
  },
  askLayersOther: {
    en: "Find other weights that compute XOR too.",
    ru: "Найдите другие веса, при которых сеть тоже вычисляет исключающее ИЛИ.",
  },
  answerLayersOther: {
    en: "There are endlessly many: lines may be moved and turned as long as no point changes its side.",
    ru: "Их бесконечно много: прямые можно сдвигать и поворачивать, пока ни одна точка не перешла на другую сторону.",
  },
  askLayersBreak: {
    en: "Move the upper neuron's line until XOR breaks, with the hidden neurons as they are.",
    ru: "Сдвигайте прямую верхнего нейрона, пока исключающее ИЛИ не сломается; скрытые нейроны не трогайте.",
  },
  answerLayersBreak: {
    en: "The hidden space still parts the classes; only the line in it stands wrong.",
    ru: "В скрытом пространстве классы по-прежнему разделимы, просто прямая проведена неверно.",
  },
  threeFeatures: { en: "One neuron, three features", ru: "Один нейрон, три признака" },
  featureText: {
    en:
      "One neuron can compute XOR if it is given the product x₁x₂ as a third input: in the space of (x₁, x₂, x₁x₂) " +
      "a plane parts the points. Seen in the plane of x₁ and x₂, its boundary is a hyperbola. This is feature " +
      "engineering: a person finds by hand what a hidden layer learns.",
    ru:
      "Один нейрон вычислит исключающее ИЛИ, если дать ему третьим входом произведение x₁x₂: в пространстве (x₁, " +
      "x₂, x₁x₂) точки разделяет плоскость. На плоскости x₁, x₂ её граница — гипербола. Это и есть конструирование " +
      "признаков: человек находит вручную то, чему скрытый слой учится сам.",
  },
  askFeature: {
    en: "Find weights that answer all four points rightly.",
    ru: "Подберите веса, при которых все четыре ответа верны.",
  },
  answerFeature: {
    en: "The product is 1 only at (1, 1): its negative weight takes back there what the two others add.",
    ru: "Произведение равно 1 только в точке (1, 1): отрицательный вес отнимает там то, что прибавили два других.",
  },
  askFeatureNone: {
    en: "Then set the weight of x₁x₂ to zero, and get as many points right as you can.",
    ru: "Затем обнулите вес признака x₁x₂ и добейтесь наибольшего числа верных ответов.",
  },
  answerFeatureNone: {
    en: "Three, as before: without the feature the boundary is a line again.",
    ru: "Три, как и раньше: без этого признака граница снова прямая.",
  },
  polygonPlane: {
    en: "The plane, lighter where more of the neurons fire, and blue where all of them do: inside the polygon",
    ru: "Плоскость: чем светлее, тем больше нейронов сработало; синим — где сработали все, внутри многоугольника",
  },
  corner: (index: number, x: number, y: number): Text => ({
    en: `Corner ${index} at (${numeral(x)}, ${numeral(y)}); move it by the arrow keys`,
    ru: `Вершина ${index} в точке (${numeral(x)}, ${numeral(y)}); сдвигайте её стрелками`,
  }),
  howToCorners: {
    en: "Drag the corners, or move them by the arrow keys. A corner stops where the polygon would no longer be convex.",
    ru:
      "Тяните вершины мышью или двигайте стрелками. Вершина останавливается там, где многоугольник перестал бы быть " +
      "выпуклым.",
  },
  addCorner: { en: "Add a corner", ru: "Добавить вершину" },
  removeCorner: { en: "Remove a corner", ru: "Убрать вершину" },
  areas: (cut: string, area: string): Text => ({
    en: `The network answers 1 on an area of ${cut} (counted by pixels); the polygon's own area is ${area}.`,
    ru: `Сеть отвечает 1 на площади ${cut} (по числу пикселей), площадь самого многоугольника ${area}.`,
  }),
  polygonText: {
    en:
      "Each edge is a neuron of the first layer: it fires on the inner side of its line. The second layer is an " +
      "AND: it fires where all of them do. With more neurons a smoother shape is cut out, and an OR of such shapes " +
      "gives any shape at all.",
    ru:
      "Каждая сторона — нейрон первого слоя: он срабатывает по внутреннюю сторону своей прямой. Второй слой — это " +
      "И: он срабатывает там, где сработали все. Чем больше нейронов, тем глаже фигура, а ИЛИ из таких фигур даёт " +
      "вообще любую.",
  },
  askTriangle: {
    en: "With how few neurons can you cut out a bounded shape?",
    ru: "Каким наименьшим числом нейронов можно вырезать ограниченную фигуру?",
  },
  answerTriangle: {
    en: "Three: two half-planes always leave a part that goes on for ever.",
    ru: "Тремя: две полуплоскости всегда оставляют область, уходящую в бесконечность.",
  },
  askSmall: { en: "Cut out a shape with an area below 0.5.", ru: "Вырежьте фигуру площадью меньше 0.5." },
  answerSmall: {
    en: "The size of a shape costs no neurons: only the number of its edges does.",
    ru: "Размер фигуры нейронов не стоит — их число определяется только числом сторон.",
  },
} as const;
