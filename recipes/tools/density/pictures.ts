// What densities of points in the plane and of digits look like.
import { type Tensor, tensor } from "nabla";
import { both, type Image, type Part, type Plot, type Series, type Text, text } from "../part.ts";
import { sheet } from "../pictures.ts";
import { toImages } from "./digit-points.ts";
import type { Density } from "./mixture.ts";

/** A density that draws likelier points at temperatures below 1. */
interface Tempered extends Density {
  draw(count: number, seed: number, temperature?: number): Tensor;
}

/** Points [count, 2] as a series of a plot. */
export const asSeries = async (name: Text, points: Tensor): Promise<Series> => ({
  name,
  style: "points",
  points: (await points.array<2>()).map(([x = 0, y = 0]) => [x, y] as const),
});

export const scatter = (title: Text, series: readonly Series[]): Plot => ({
  kind: "plot",
  title,
  x: "x₁",
  y: "x₂",
  series,
});

/** A density over the plane: black where it is 0, white where it is great. */
async function densityImage(title: Text, logDensity: (x: Tensor) => Tensor): Promise<Image> {
  const [width, height] = [180, 108];
  const rows = Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => [
      -1.5 + (4 * column) / (width - 1),
      1.45 - (2.4 * row) / (height - 1),
    ]),
  );
  const density = logDensity(tensor(rows.flat())).exp().reshape([height, width]);
  // The root shows thin bridges between the moons, which would be black beside their ridges.
  return { kind: "image", title, pixels: await density.sqrt().array<2>(), range: [0, 1.5] };
}

/** The densities of a flow and of a mixture over the plane, and points drawn from the flow. */
export async function* showMoons(flow: Density, mixture: Density, held: Tensor, seed: number): AsyncIterable<Part> {
  yield text(
    "The density: brightness is its square root. The flow bends two round clouds into two moons, since it could not " +
      "tear one; the mixture lays ellipses along the moons.",
    "Плотность (яркость — корень из неё). Поток изгибает два круглых облака в две луны: разорвать одно он бы не мог; " +
      "смесь выкладывает луны эллипсами.",
  );
  yield await densityImage(both("The flow's density", "Плотность по потоку"), (x) => flow.logDensity(x));
  yield await densityImage(both("The mixture's density", "Плотность по смеси"), (x) => mixture.logDensity(x));
  yield scatter(both("Points held out, and the flow's", "Отложенные точки и точки потока"), [
    await asSeries(both("held out", "отложенные"), held.at([0, Math.min(600, held.shape[0]!)])),
    await asSeries(both("the flow's", "потока"), flow.draw(600, seed)),
  ]);
}

/** Digits held out, and digits drawn from a mixture and from a flow. */
export async function* showDigits(flow: Tempered, mixture: Density, held: Tensor, seed: number): AsyncIterable<Part> {
  const columns = 10;
  const show = (title: Text, points: Tensor) => sheet(title, toImages(points), columns);
  yield await show(both("Digits held out", "Отложенные цифры"), held.at([0, Math.min(columns, held.shape[0]!)]));
  yield await show(
    both("Digits that the mixture makes of noise", "Цифры, которые из шума делает смесь"),
    mixture.draw(columns, seed),
  );
  for (const temperature of [1, 0.7])
    yield await show(
      both(
        `Digits that the flow makes of noise, temperature ${temperature}`,
        `Цифры, которые из шума делает поток, температура ${temperature}`,
      ),
      flow.draw(4 * columns, seed, temperature),
    );
}
