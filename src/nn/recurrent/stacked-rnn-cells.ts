// Several recurrent cells as one.
import { ArgumentError } from "../../errors.ts";
import type { Key } from "../../functions/random.ts";
import { describe } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import type { LayerOptions } from "../tree/layer.ts";
import { type HeldLayer, heldLayer, layerFromJson, layerToJson } from "../tree/registry.ts";
import { type CellInputs, type CellOutputs, type RecurrentCell, SplitCell } from "./recurrent-cell.ts";

/** The options of {@link StackedRNNCells}, and its cells. */
export interface StackedRNNCellsConfig extends LayerOptions {
  readonly cells: readonly HeldLayer[];
}

/** The lengths of a cell's states. */
export const sizesOf = ({ stateSize }: RecurrentCell): readonly number[] =>
  typeof stateSize === "number" ? [stateSize] : stateSize;

/** The length of a cell's output. */
export const outputSizeOf = (cell: RecurrentCell): number => cell.outputSize ?? sizesOf(cell)[0]!;

/** Throws {@link ArgumentError} for a layer that is no cell. */
export function checkCell(place: string, given: HeldLayer): RecurrentCell {
  const cell = heldLayer(place, "cell", given) as RecurrentCell;
  const sizes = cell.stateSize === undefined ? [] : sizesOf(cell);
  if (Array.isArray(sizes) && sizes.length > 0 && sizes.every((n) => Number.isSafeInteger(n) && n > 0)) return cell;
  throw new ArgumentError(
    `${place}: expected a cell: a layer whose stateSize is an integer from 1 up or a list of them, got ` +
      `${cell.describe()} with ${describe(cell.stateSize)}.`,
  );
}

/** A new cell of the same options. One of the user's own is made again from its config, by the factory of its class. */
export function copyOf(cell: RecurrentCell): RecurrentCell {
  return cell instanceof SplitCell ? cell.copy() : (layerFromJson(layerToJson(cell)) as RecurrentCell);
}

/**
 * Several cells as one: each takes the output of the one before. Its states are those of all cells, one after another;
 * Keras nests them instead.
 *
 * @throws ArgumentError for anything but a list of cells
 * @example layers.rnn(layers.stackedRNNCells([layers.gruCell(32), layers.gruCell(16)]))
 */
export class StackedRNNCells extends SplitCell {
  override readonly className = "StackedRNNCells";
  readonly cells: readonly RecurrentCell[];
  readonly stateSize: readonly number[];

  constructor(config: StackedRNNCellsConfig) {
    super("stackedRNNCells", config, ["cells"]);
    const { cells } = config;
    if (!Array.isArray(cells) || cells.length === 0)
      throw new ArgumentError(
        `stackedRNNCells: expected a list of cells such as [layers.lstmCell(8)], got ` +
          `${Array.isArray(cells) ? "an empty list" : describe(cells)}.`,
      );
    this.cells = cells.map((cell) => checkCell("stackedRNNCells", cell));
    this.stateSize = this.cells.flatMap(sizesOf);
  }

  get outputState(): number | null {
    const last = this.cells.at(-1)!;
    const own = last instanceof SplitCell ? last.outputState : null;
    return own === null ? null : this.stateSize.length - sizesOf(last).length + own;
  }

  get outputSize(): number {
    return outputSizeOf(this.cells.at(-1)!);
  }

  override build({ x }: { readonly x: Shape }): void {
    const [first] = this.cells;
    if (first instanceof SplitCell) first.prepare({ x, states: sizesOf(first).map((size) => [size]) });
  }

  project(x: Tensor, key: Key | null): Tensor {
    const [first] = this.cells;
    return first instanceof SplitCell ? first.project(x, key) : x;
  }

  step(projected: Tensor, states: readonly Tensor[], key: Key | null): CellOutputs {
    let output = projected;
    let from = 0;
    const next = this.cells.flatMap((cell, i) => {
      const own = states.slice(from, (from += sizesOf(cell).length));
      const result =
        i === 0 && cell instanceof SplitCell
          ? cell.step(output, own, key)
          : cell.apply({ x: output, states: own } as CellInputs);
      output = result.output;
      return result.states;
    });
    return { output, states: next };
  }

  copy(): SplitCell {
    return new StackedRNNCells({ cells: this.cells.map(copyOf) });
  }

  override config() {
    return { cells: this.cells.map((cell) => layerToJson(cell)) };
  }
}
