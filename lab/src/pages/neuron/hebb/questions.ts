// What a visitor of Hebb's rule is asked to try, and when it is done.
import type { Question } from "../../../parts/Questions.svelte";
import type { Conditioning } from "./engine.ts";
import { hebbWords as words } from "./words.ts";

interface Shown {
  readonly trials: string;
  readonly eta: number;
  readonly oja: boolean;
  /** The given answers of the second part. */
  readonly answers: string;
}
type Answer = (Conditioning & { readonly letters: string }) | undefined;

/**
 * Oja's rule with steps that are too long: while bell and food come again and again, the length of w leaps from trial
 * to trial, or the neuron has fallen silent for ever. One input alone settles for every η that the slider has.
 */
export function isLeaping({ eta, oja }: Shown, answer: Answer): boolean {
  const recent = answer?.trials.slice(-4) ?? [];
  if (!oja || eta < 0.5 || !/t{4}$/.test(answer?.letters ?? "")) return false;
  if (recent.every(({ y }) => y === 0)) return answer!.weights[0] < 0.5;
  const lengths = recent.map(({ weights }) => Math.hypot(...weights));
  return [1, 2, 3].some((k) => Math.abs(lengths[k]! - lengths[k - 1]!) > 0.05);
}

export function hebbQuestions({ trials, eta, oja, answers }: Shown, answer: Answer): Question[] {
  const shown = answer?.letters === trials ? answer.trials : [];
  const fired = shown.map(({ y }) => y > 0);
  const isBell = (k: number): boolean => trials.at(k) === "b" && fired.at(k) === true;
  const length = Math.hypot(...(answer?.weights ?? [0, 0]));
  const long = shown.length;
  const change = Math.hypot(...(shown.at(-1)?.change ?? [1]));
  return [
    { ask: words.askTeach, answer: words.answerTeach(oja), isDone: isBell(-1) },
    {
      ask: words.askBell,
      answer: words.answerBell,
      isDone: long >= 3 && /^b+$/.test(trials) && !fired.includes(true),
    },
    { ask: words.askOnce, answer: words.answerOnce, isDone: /^b*tb/.test(trials) && isBell(trials.indexOf("t") + 1) },
    { ask: words.askForget, answer: words.answerForget, isDone: !oja && isBell(-1) && isBell(-2) && isBell(-3) },
    {
      ask: words.askBound,
      answer: words.answerBound,
      isDone: oja && eta < 0.5 && /t{8}$/.test(trials) && change < 0.01 && Math.abs(length - 1) < 0.02,
    },
    { ask: words.askGiven, answer: words.answerGiven, isDone: answers === "0110" || answers === "1001" },
  ];
}
