// The `callbacks` namespace.
export { type CsvLoggerOptions, csvLogger } from "./csv-logger.ts";
export { type EarlyStoppingOptions, earlyStopping } from "./early-stopping.ts";
export { learningRateScheduler } from "./learning-rate-scheduler.ts";
export { type ModelCheckpointOptions, modelCheckpoint } from "./model-checkpoint.ts";
export { type ReduceLROnPlateauOptions, reduceLROnPlateau } from "./reduce-lr-on-plateau.ts";
export { type SwapEmaWeightsOptions, swapEMAWeights } from "./swap-ema-weights.ts";
export { type TensorBoardOptions, tensorBoard } from "./tensorboard.ts";
