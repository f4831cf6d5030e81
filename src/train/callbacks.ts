// The `callbacks` namespace.
export { earlyStopping, type EarlyStoppingOptions } from "./early-stopping.ts";
export { learningRateScheduler } from "./learning-rate-scheduler.ts";
export { modelCheckpoint, type ModelCheckpointOptions } from "./model-checkpoint.ts";
