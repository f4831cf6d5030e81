// Lines of equal height in a field of numbers, by marching squares (Lorensen and Cline, 1987, in the plane).

/**
 * The line of a height as an SVG path in the units of the field's samples: the sample in row 0, column 0 lies at
 * (0, 0). Where four samples around a cell disagree in turns, the mean of them decides.
 */
export function contour(values: ArrayLike<number>, width: number, height: number): string {
  const rows = values.length / width;
  let path = "";
  const share = (from: number, to: number): number => (height - from) / (to - from);
  for (let row = 0; row + 1 < rows; row++)
    for (let column = 0; column + 1 < width; column++) {
      const at = row * width + column;
      const [a, b] = [values[at]!, values[at + 1]!];
      const [d, c] = [values[at + width]!, values[at + width + 1]!];
      const sides: [number, number][] = [];
      // The crossings of the top, right, bottom and left edge, in this order around the cell.
      if (a < height !== b < height) sides.push([column + share(a, b), row]);
      if (b < height !== c < height) sides.push([column + 1, row + share(b, c)]);
      if (d < height !== c < height) sides.push([column + share(d, c), row + 1]);
      if (a < height !== d < height) sides.push([column, row + share(a, d)]);
      if (sides.length === 0) continue;
      // At a saddle the lines part the two corners that are unlike the middle.
      const isLikeFirst = a < height === (a + b + c + d) / 4 < height;
      const order = sides.length === 2 ? [0, 1] : isLikeFirst ? [0, 1, 2, 3] : [0, 3, 1, 2];
      for (let i = 0; i < order.length; i += 2) {
        const [from, to] = [sides[order[i]!]!, sides[order[i + 1]!]!];
        path += `M${from[0].toFixed(2)} ${from[1].toFixed(2)}L${to[0].toFixed(2)} ${to[1].toFixed(2)}`;
      }
    }
  return path;
}
