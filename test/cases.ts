// The one table of cases: every primitive, every composite and every method of a tensor, with samplers of its inputs.
// Each family of operations has a file in test/cases/.
import "./cases/activations.ts";
import "./cases/contractions.ts";
import "./cases/convolution.ts";
import "./cases/elementwise.ts";
import "./cases/elementwise-functions.ts";
import "./cases/empty-axes.ts";
import "./cases/gather.ts";
import "./cases/generators.ts";
import "./cases/images.ts";
import "./cases/integers.ts";
import "./cases/joins.ts";
import "./cases/linalg.ts";
import "./cases/loops.ts";
import "./cases/models.ts";
import "./cases/movement.ts";
import "./cases/pooling.ts";
import "./cases/products.ts";
import "./cases/rearranging.ts";
import "./cases/reduction-functions.ts";
import "./cases/reductions.ts";
import "./cases/rows.ts";
import "./cases/sorting.ts";
import "./cases/spectra.ts";

export { type Case, cases } from "./cases/table.ts";
