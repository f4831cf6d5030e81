// The callback that writes what TensorBoard shows.
import { ArgumentError } from "../errors.ts";
import { nodeModule } from "../io/node-modules.ts";
import { checkCount, checkFlag, checkOptions, describe } from "../options.ts";
import type { Callback } from "./callback.ts";
import type { TensorBoardWriter } from "./tensorboard-writer.ts";

/** The options of {@link tensorBoard}. */
export interface TensorBoardOptions {
  /** Writes histograms of the weights after each so many epochs; 0 writes none. Default: 0. */
  readonly histogramFreq?: number;
  /** Writes the graph of the layers. Default: true. */
  readonly writeGraph?: boolean;
  /** Writes the weights as images too, where histograms are written. Default: false. */
  readonly writeImages?: boolean;
  /**
   * "epoch", or the number of steps after which loss and metrics so far are written too ("batch" is 1): steps are then
   * taken one by one, which is slower where they are short. Default: "epoch".
   */
  readonly updateFreq?: "epoch" | "batch" | number;
}

/**
 * Writes event files for TensorBoard under a folder, in Keras's form: `train` and `validation` hold loss, metrics and
 * learning rate by epoch (`epoch_loss`); `train` also the graph of the layers, histograms and images of the weights,
 * and with `updateFreq` `batch_loss`.
 *
 * Show them with `tensorboard --logdir runs`.
 *
 * @throws FileError where there is no file system (in a page), or a file cannot be written
 * @example callbacks.tensorBoard("runs/digits", { histogramFreq: 1 })
 */
export function tensorBoard(logDir: string, options: TensorBoardOptions = {}): Callback {
  const where = "callbacks.tensorBoard";
  if (typeof logDir !== "string" || logDir === "")
    throw new ArgumentError(`${where}: expected the path of a folder, got ${describe(logDir)}.`);
  checkOptions(where, options, ["histogramFreq", "writeGraph", "writeImages", "updateFreq"]);
  const { histogramFreq = 0, writeGraph = true, writeImages = false, updateFreq = "epoch" } = options;
  checkCount(where, "histogramFreq", histogramFreq, 0);
  checkFlag(where, "writeGraph", writeGraph);
  checkFlag(where, "writeImages", writeImages);
  const every = updateFreq === "epoch" ? null : updateFreq === "batch" ? 1 : updateFreq;
  if (every !== null) checkCount(where, 'updateFreq, if it is not "epoch" or "batch",', every);
  nodeModule("node:fs", where);
  let writer: TensorBoardWriter | null = null;
  /** The number of steps that the run has taken, where they are counted. */
  let steps = 0;
  const close = (): void => {
    writer?.close();
    writer = null;
  };
  return {
    async onTrainBegin({ model }) {
      close();
      steps = 0;
      const { TensorBoardWriter } = await import("./tensorboard-writer.ts");
      writer = new TensorBoardWriter(logDir);
      if (writeGraph) await writer.graph(model);
    },
    name: "tensorBoard",
    state: () => steps,
    restore(state) {
      steps = state as number;
    },
    ...(every !== null && {
      async onBatchEnd({ loss, metrics }) {
        if (++steps % every === 0) await writer?.scalars("train", "batch", { loss, ...metrics }, steps);
      },
    }),
    async onEpochEnd(record, { model }) {
      await writer?.epoch(model, record);
      if (histogramFreq > 0 && record.epoch % histogramFreq === 0)
        await writer?.weights(model, record.epoch, writeImages);
    },
    onTrainEnd: close,
    onTrainError: close,
  };
}
