// Pictures that recipes show: many small ones as one sheet, and curves of training.
import type { History, Tensor } from "nabla";
import { both, type Image, type Plot, type Series, type Text } from "./part.ts";

/**
 * Pictures [count, height, width], or [count, height, width, 3] in colour, in rows of `columns`, with a line between
 * them; empty places of the last row are black.
 */
export async function sheet(
  title: Text,
  pictures: Tensor,
  columns: number,
  range: Image["range"] = [0, 1],
): Promise<Image> {
  const [count = 0, height = 0, width = 0, channels = 1] = pictures.shape;
  const rows = Math.ceil(count / columns);
  const empty = range[0];
  const framed = pictures.reshape([count, height, width, channels]).pad(
    [
      [0, rows * columns - count],
      [0, 1],
      [0, 1],
      [0, 0],
    ],
    empty,
  );
  const grid = framed.reshape([rows, columns, height + 1, width + 1, channels]).transpose([0, 2, 1, 3, 4]);
  const pixels = await grid.reshape([rows * (height + 1), columns * (width + 1) * channels]).array<2>();
  return { kind: "image", title, pixels, range, channels: channels === 3 ? "rgb" : "gray" };
}

/** The loss of each epoch, and the same over the validation data if there were any. */
export function lossCurves({ epochs = [] }: Partial<History>): Plot {
  const series = (name: Text, key: "loss" | "valLoss"): Series[] => {
    const points = epochs.flatMap((epoch): [number, number][] =>
      epoch[key] === undefined ? [] : [[epoch.epoch + 1, epoch[key] as number]],
    );
    return points.length > 0 ? [{ name, points }] : [];
  };
  return {
    kind: "plot",
    title: both("The loss while training", "Функция потерь в ходе обучения"),
    x: both("epoch", "эпоха"),
    y: both("loss", "потери"),
    series: [...series(both("training", "обучение"), "loss"), ...series(both("validation", "проверка"), "valLoss")],
  };
}
