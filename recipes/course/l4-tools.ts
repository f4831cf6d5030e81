// L4. The further tools of training that the course names, each on a small experiment, shown by a number.
import { type Item, text } from "./item.ts";
import { showPenalty } from "./l4-gradient-penalty.ts";
import { showNormalisation, showRegularisation } from "./l4-network-and-data.ts";
import { showSelfTraining, showTransfer } from "./l4-other-labels.ts";
import { showPretraining } from "./l4-pretraining.ts";
import { showEmbedding, showMultiTask } from "./l4-representations.ts";
import { showClipping, showOptimizers, showSchedules } from "./l4-steps.ts";

const tools = [
  showOptimizers,
  showSchedules,
  showClipping,
  showPenalty,
  showRegularisation,
  showNormalisation,
  showPretraining,
  showSelfTraining,
  showTransfer,
  showMultiTask,
  showEmbedding,
];

export const item: Item = async function* (options) {
  yield text(
    "Between the gradient and a trained network stand many tools. Here is each of them in a small experiment, with " +
      "its number.",
    "Между градиентом и обученной сетью стоит множество инструментов. Каждый — на маленьком опыте, со своим числом.",
  );
  for (const show of tools) yield* show(options);
};
