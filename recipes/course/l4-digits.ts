// The digits of L4's experiments, as tensors.
import { type Dataset, type Tensor, tensor } from "nabla";
import type { Part, Text } from "./item.ts";

export interface Digits {
  /** [count, 28, 28], from 0 to 1. */
  readonly images: Tensor;
  readonly labels: readonly number[];
}

/** The digits of a data set as tensors, those whose label `keep` chooses. */
export function digitsOf({ inputs, targets }: Dataset, keep = (_: number): boolean => true): Digits {
  const { data: bytes, shape } = inputs.array;
  const labels = [...targets.array.data];
  const kept = labels.flatMap((label, i) => (keep(label) ? [i] : []));
  const images = tensor(bytes, { shape }).cast("float32").div(255);
  return { images: images.take(kept), labels: kept.map((i) => labels[i]!) };
}

export const first = ({ images, labels }: Digits, count: number): Digits => ({
  images: images.at([0, count]),
  labels: labels.slice(0, count),
});

/** How many test digits each way of training gets right. */
export const results = (rows: readonly (readonly [training: Text, right: number])[]): Part => ({
  kind: "table",
  columns: [
    { en: "training", ru: "обучение" },
    { en: "right on test digits, %", ru: "верно на тестовых цифрах, %" },
  ],
  rows,
  digits: 1,
});
