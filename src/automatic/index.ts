// What programs import from "nabla/automatic": models out of tables of a person's own, and their answers.
export type { Baseline, BaselineName } from "./baselines.ts";
export type { ClassFigures, Figures, NumberFigures, Predictions } from "./figures.ts";
export type { Importance } from "./importance.ts";
export type { LearnOptions, Learnt } from "./learn.ts";
export { type LearnTableOptions, learnTable } from "./learn-table.ts";
export type { Curve, MemberProgress } from "./members.ts";
export { type PredictRecordsOptions, predictRecords, type RecordAnswer } from "./predict.ts";
export type { Target, TargetInfo, Task } from "./target.ts";
