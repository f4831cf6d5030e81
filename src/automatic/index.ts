// What programs import from "nabla/automatic": models out of data of a person's own, and their answers.
export type { Baseline, BaselineName } from "./baselines.ts";
export type { LeftOut } from "./column-encoding.ts";
export type { ColumnUse } from "./column-use.ts";
export type { ClassFigures, Figures, NumberFigures, Predictions } from "./figures.ts";
export type { Importance } from "./importance.ts";
export type { LearnOptions, Learnt, Mistake } from "./learn.ts";
export { type LearnFolderOptions, learnImages, learnSounds } from "./learn-folder.ts";
export { type LearnTableOptions, learnTable } from "./learn-table.ts";
export type { Curve, MemberProgress } from "./members.ts";
export { type PredictRecordsOptions, predictFiles, predictRecords, type RecordAnswer } from "./predict.ts";
export { type ReportOptions, reportPage } from "./report/page.ts";
export type { ReportLanguage } from "./report/words.ts";
export type { Target, TargetInfo, Task } from "./target.ts";
