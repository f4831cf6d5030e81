// Where a weight that was set by hand lies in the model.
import type { Data } from "./data-sets.ts";
import type { Edit, Settings } from "./settings.ts";

/** The name of the variable that holds it. */
export const pathOf = ([layer, from]: Edit): string => `dense_${layer + 1}/${from < 0 ? "bias" : "kernel"}`;

/** Its index there; none if the network has no such weight. */
export function indexOf(
  [layer, from, to]: Edit,
  { features, layers }: Settings,
  { outputs }: Pick<Data, "outputs">,
): number | undefined {
  const sizes = [features.length, ...layers, outputs];
  const [inputs, units] = [sizes[layer], sizes[layer + 1]];
  if (inputs === undefined || units === undefined || from >= inputs || to >= units) return undefined;
  return from < 0 ? to : from * units + to;
}

/** The edits of weights that the network has. */
export const editedWeights = (
  settings: Settings,
  data: Pick<Data, "outputs">,
): { readonly layer: number; readonly from: number; readonly to: number; readonly value: number }[] =>
  settings.edits
    .filter((edit) => indexOf(edit, settings, data) !== undefined)
    .map(([layer, from, to, value]) => ({ layer, from, to, value }));
