// Cases of array functions over empty axes.
import { diag, diagonal, trace, tril, triu } from "../../src/functions/diagonals.ts";
import { einsum } from "../../src/functions/einsum.ts";
import * as elementary from "../../src/functions/elementwise.ts";
import { outer, tensordot } from "../../src/functions/products.ts";
import * as rearrange from "../../src/functions/rearrange.ts";
import * as reductions from "../../src/functions/reductions.ts";
import { sample, unit } from "../samples.ts";
import { add } from "./table.ts";

add(
  "empty axes",
  "rearranged",
  (x, y) => [
    rearrange.tile(x, 2),
    rearrange.repeat(x, 2, 1),
    rearrange.roll(x, 1),
    rearrange.roll(x, 1, 0),
    rearrange.moveaxis(x, 0, 1),
    ...rearrange.meshgrid([y, y]),
    triu(x),
    tril(x.transpose()),
    diagonal(x),
    diag(y),
    trace(x),
    diag(y, 1),
  ],
  [sample(unit, [0, 3]), sample(unit, [0])],
  { gradient: "none" },
);
add(
  "empty axes",
  "folded",
  (x) => [
    reductions.any(x, 0),
    reductions.all(x, 0),
    reductions.norm(x, { axes: 0 }),
    reductions.logsumexp(x, 1),
    outer(x, [1, 2]),
    tensordot(x, x.transpose(), 1),
    einsum("ij,kj->ik", x.transpose(), x.transpose()),
    einsum("ij->j", x),
  ],
  [sample(unit, [0, 3])],
  { gradient: "none" },
);
add(
  "empty axes",
  "elementwise",
  (x) => [elementary.clip(x, 0, 1), elementary.isfinite(x), elementary.rsqrt(x)],
  [sample(unit, [0, 3])],
  { gradient: "none" },
);
