// The questions of the page, and how it sees from its state that one is answered.
import type { Question } from "../../parts/Questions.svelte";
import type { Collapse, SumOfSigmoids } from "./engine.ts";
import type { Between, Name } from "./names.ts";

interface CurveState {
  readonly f: Name;
  readonly over: readonly Name[];
  readonly u: number;
  readonly beta: number;
  readonly w1: number;
  readonly b1: number;
  readonly w2: number;
  readonly b2: number;
  /** f′(u) of the function in focus, once it is known. */
  readonly slopeAtPoint: number;
}

export function curveQuestions(page: CurveState): Question[] {
  const { f, over, u, w1, w2 } = page;
  const isBesides = (a: Name, b: Name): boolean => (f === a && over.includes(b)) || (f === b && over.includes(a));
  return [
    {
      ask: {
        en: "Where does the sigmoid learn fastest? Drag the point to where f′ is largest.",
        ru: "Где сигмоида учится быстрее всего? Приведите точку туда, где f′ наибольшая.",
      },
      answer: {
        en:
          "At u = 0, and even there f′ is only ¼: through ten sigmoids at most 4⁻¹⁰, about a millionth of a " +
          "gradient, is left.",
        ru:
          "При u = 0, но и там f′ всего ¼: через десять сигмоид пройдёт не больше 4⁻¹⁰ градиента, примерно одна " +
          "миллионная.",
      },
      isDone: f === "sigmoid" && page.slopeAtPoint > 0.2499,
    },
    {
      ask: {
        en: "Find a u where tanh lets through less than a hundredth of the gradient.",
        ru: "Найдите u, при котором tanh пропускает меньше сотой части градиента.",
      },
      answer: {
        en: "From |u| ≈ 3 on. A neuron that is so sure of itself hardly learns any more: it is saturated.",
        ru: "Начиная с |u| ≈ 3. Столь уверенный в себе нейрон почти не учится: он насыщен.",
      },
      isDone: f === "tanh" && Math.abs(page.slopeAtPoint) < 0.01,
    },
    {
      ask: {
        en: "Take ReLU with the point left of zero, and lay Leaky ReLU over it. Which of the two still learns there?",
        ru: "Возьмите ReLU, поставьте точку левее нуля и наложите Leaky ReLU. Какая из них там ещё учится?",
      },
      answer: {
        en:
          "ReLU passes on exactly 0, and a neuron whose u is always negative is dead. Leaky ReLU passes on its " +
          "small slope.",
        ru:
          "ReLU пропускает ровно 0, и нейрон, у которого u всегда отрицательно, мёртв. Leaky ReLU пропускает " +
          "градиент со своим небольшим наклоном.",
      },
      isDone: isBesides("relu", "leaky") && u < 0,
    },
    {
      ask: {
        en:
          "Take softplus and lay the sigmoid over it. Compare the numbers in the table: which of softplus is which " +
          "of the sigmoid?",
        ru:
          "Возьмите softplus и наложите сигмоиду. Сравните числа в таблице: что у softplus совпадает с чем у " +
          "сигмоиды?",
      },
      answer: {
        en: "f′ of softplus is f of the sigmoid, at every u.",
        ru: "f′ функции softplus равна f сигмоиды при любом u.",
      },
      isDone: isBesides("softplus", "sigmoid"),
    },
    {
      ask: { en: "Make ReLU, or |u|, out of Maxout.", ru: "Сделайте из Maxout функцию ReLU или |u|." },
      answer: {
        en: "ReLU is max(u, 0) and |u| is max(u, −u): both are Maxout with weights of its own choice.",
        ru: "ReLU — это max(u, 0), а |u| — max(u, −u): обе получаются из Maxout подбором весов.",
      },
      isDone:
        f === "maxout" &&
        page.b1 === 0 &&
        page.b2 === 0 &&
        Math.max(w1, w2) === 1 &&
        (Math.min(w1, w2) === 0 || Math.min(w1, w2) === -1),
    },
    {
      ask: {
        en: "Take Swish and find a β that makes it nearly ReLU. And one that makes it a straight line?",
        ru: "Возьмите Swish и найдите β, при котором она почти ReLU. А при каком она станет прямой?",
      },
      answer: {
        en: "With a large β the sigmoid is a step, and u times a step is ReLU; with β = 0 it is the line u/2.",
        ru:
          "При большом β сигмоида превращается в ступеньку, а u, умноженное на ступеньку, — это ReLU; при β = 0 " +
          "получается прямая u/2.",
      },
      isDone: f === "silu" && page.beta >= 8,
    },
  ];
}

export function softmaxQuestions(z: readonly number[], T: number, p: readonly number[]): Question[] {
  const isEqual = z.length > 1 && z.every((value) => value === z[0]);
  return [
    {
      ask: {
        en: "Turn the temperature down until one answer gets more than 99\u00a0%.",
        ru: "Понижайте температуру, пока одному ответу не достанется больше 99\u00a0%.",
      },
      answer: {
        en: "For T → 0 softmax is “the largest takes all”, which is where its name comes from.",
        ru: "При T → 0 softmax превращается в «наибольший забирает всё» — отсюда и название.",
      },
      isDone: T < 1 && Math.max(...p) > 0.99,
    },
    {
      ask: { en: "Make all probabilities equal.", ru: "Сделайте все вероятности равными." },
      answer: {
        en: "Equal z give equal p, whatever the z are; a very high temperature comes close to that with any z.",
        ru:
          "Равные z дают равные p, какими бы эти z ни были; очень высокая температура приближает к этому при любых " +
          "z.",
      },
      isDone: isEqual,
    },
    {
      ask: {
        en: "Add 100 to all z. What becomes of exp, and what of p?",
        ru: "Прибавьте 100 ко всем z. Что станет с exp, а что с p?",
      },
      answer: {
        en: "exp overflows, but the probabilities stay as they were: only differences of z count.",
        ru: "Экспонента переполняется, а вероятности остаются прежними: важны только разности z.",
      },
      isDone: Math.max(...z) > 88.8,
    },
  ];
}

export function sumQuestions(terms: number, sum: SumOfSigmoids | undefined): Question[] {
  return [
    {
      ask: {
        en: "How many sigmoids does it take to stay within 0.05 of softplus up to x = 5?",
        ru: "Сколько сигмоид нужно, чтобы до x = 5 отличие от softplus не превышало 0.05?",
      },
      answer: {
        en:
          "A few more than the ramp is long: beyond the last sigmoid the sum stays flat. More of them close only " +
          "the rest of the gap.",
        ru:
          "Чуть больше, чем длина подъёма: за последней сигмоидой сумма перестаёт расти. Следующие лишь закрывают " +
          "остаток.",
      },
      isDone: sum !== undefined && sum.toSoftplus < 0.05,
    },
    {
      ask: {
        en: "Take all twenty sigmoids. Which of the two differences does not vanish?",
        ru: "Возьмите все двадцать сигмоид. Какое из двух отличий не исчезает?",
      },
      answer: {
        en: "The one from ReLU: at its corner softplus is ln 2 ≈ 0.69 above it, however many sigmoids there are.",
        ru: "Отличие от ReLU: в изломе softplus выше на ln 2 ≈ 0.69, сколько бы сигмоид ни было.",
      },
      isDone: terms === 20,
    },
  ];
}

export function layerQuestions(
  layers: readonly (readonly number[])[],
  between: Between,
  answer: Collapse | undefined,
): Question[] {
  const determinants = layers.map(([a, b, c, d]) => a! * d! - b! * c!);
  return [
    {
      ask: {
        en: "Take three layers with nothing between them and give them any weights. Can you bend the grid?",
        ru: "Возьмите три слоя, между которыми ничего нет, и задайте им любые веса. Удастся ли изогнуть сетку?",
      },
      answer: {
        en: "No: a product of three matrices is one matrix, and straight lines stay straight.",
        ru: "Нет: произведение трёх матриц — одна матрица, и прямые остаются прямыми.",
      },
      isDone: between === "none" && layers.length === 3,
    },
    {
      ask: {
        en: "Put an activation between the layers so that the best matrix misses more than 5\u00a0% of the variance.",
        ru: "Поставьте между слоями активацию так, чтобы лучшая матрица упускала больше 5\u00a0% дисперсии.",
      },
      answer: {
        en: "ReLU folds the plane along a line, tanh and the sigmoid squeeze its far parts: neither is linear.",
        ru: "ReLU складывает плоскость вдоль прямой, tanh и сигмоида сжимают её края: это уже не линейно.",
      },
      isDone: between !== "none" && answer !== undefined && answer.rest > 0.05,
    },
    {
      ask: {
        en: "Find weights with which one layer flattens the whole plane into a line. Can a later layer undo it?",
        ru:
          "Найдите веса, при которых один слой сплющивает всю плоскость в прямую. Может ли следующий слой это " +
          "исправить?",
      },
      answer: {
        en: "No: a matrix with determinant 0 loses a direction, and the product has determinant 0 too.",
        ru: "Нет: матрица с нулевым определителем теряет направление, и определитель произведения тоже равен нулю.",
      },
      isDone: determinants.some((determinant) => Math.abs(determinant) < 1e-9),
    },
  ];
}
