// What a visitor of the kinds of perceptron is asked to try, and when it is done.
import type { Question } from "../../../parts/Questions.svelte";
import type { KindsSettings, KindsState } from "./engine.ts";
import { kindsWords as words } from "./words.ts";

/** An experiment, as far as it was trained. */
export interface Try {
  readonly key: string;
  readonly settings: KindsSettings;
  readonly epoch: number;
  /** The share of right answers of each kind. */
  readonly right: readonly number[];
}

/** So long must a training be for its outcome to count. */
const enough = 100;

/** Whether two tries, equally long, differ in the seed alone, and one of the fixed kinds comes out otherwise. */
function hasLuck(a: Try, b: Try): boolean {
  const isSame = (["set", "width", "rate"] as const).every((name) => a.settings[name] === b.settings[name]);
  return isSame && a.epoch === b.epoch && [1, 2].some((kind) => Math.abs(a.right[kind]! - b.right[kind]!) >= 0.05);
}

export function kindsQuestions(
  settings: KindsSettings,
  shown: KindsState | undefined,
  all: readonly Try[],
): Question[] {
  const [single = 0, one = 0, three = 0, mlp = 0] = shown?.kinds.map(({ right }) => right) ?? [];
  const isLong = (shown?.epoch ?? 0) >= enough;
  const long = all.filter(({ epoch }) => epoch >= enough);
  const luck = long.some((a) => long.some((b) => hasLuck(a, b)));
  const narrow = all
    .filter(({ settings: { set }, right }) => set === "circle" && right[1]! >= 0.98)
    .reduce<Try | undefined>(
      (best, each) => (best && best.settings.width <= each.settings.width ? best : each),
      undefined,
    );
  const spirals = all.filter(({ settings: { set } }) => set === "spirals");
  /** 16 neurons or fewer, of which only those of the MLP suffice, and wide layers that had time to catch up. */
  const isNarrowTried = spirals.some(
    ({ settings, epoch, right }) => settings.width <= 16 && epoch >= 500 && right[2]! < 0.99 && right[3]! >= 0.99,
  );
  const isWideTried = spirals.some(({ settings, epoch }) => settings.width >= 32 && epoch >= 1000);
  const { width = 0, seed = 0 } = narrow?.settings ?? {};
  return [
    {
      ask: words.askXor,
      answer: words.answerXor,
      isDone: settings.set === "xor" && isLong && single < 0.9 && Math.max(one, three, mlp) >= 0.99,
    },
    {
      ask: words.askWidth,
      answer: words.answerWidth(width, seed),
      isDone: narrow !== undefined && width <= 12,
    },
    { ask: words.askLuck, answer: words.answerLuck, isDone: luck },
    {
      ask: words.askSpirals,
      answer: words.answerSpirals,
      isDone: isNarrowTried && isWideTried,
    },
  ];
}
