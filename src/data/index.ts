// What programs import from "nabla/data": data sets of their own, and the ones that Nabla brings.
export type { ColumnType } from "./cells.ts";
export type { CategoryColumn, ColumnInfo, NumericColumn, TableColumn, TextColumn } from "./column.ts";
export type { ColumnCode } from "./column-encoder.ts";
export type { ColumnStatistics } from "./column-statistics.ts";
export { type Column, type ColumnSource, Dataset, type DatasetParts, type TypedColumn } from "./dataset.ts";
export { type DigitsOptions, digits } from "./digits.ts";
export type { TargetCode } from "./encode-target.ts";
export type { EncoderCode } from "./encoder-code.ts";
export { type MnistOptions, type MnistProgress, mnist } from "./mnist.ts";
export { parseTable, readTable, type TableOptions } from "./read-table.ts";
export type { SplitOptions } from "./split-rows.ts";
export { Table, type Value } from "./table.ts";
export { type EncoderOptions, type Encoding, TableEncoder, type TableParts } from "./table-encoder.ts";
