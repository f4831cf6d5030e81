// What programs import from "nabla/data": data sets of their own, and the ones that Nabla brings.

export {
  type LogMelOptions,
  logMel,
  type MelOptions,
  type MfccOptions,
  melSpectrogram,
  mfcc,
  type Sounds,
  type StftOptions,
  stft,
} from "../functions/spectra.ts";
export type { NpyOptions } from "../io/npy.ts";
export type { FileSource } from "../io/opened-file.ts";
export { readIdx, readNpy, readNpz, saveNpy, saveNpz } from "./array-files.ts";
export type { BalanceOptions } from "./balance.ts";
export type { ColumnType } from "./cells.ts";
export type { CategoryColumn, ColumnInfo, NumericColumn, TableColumn, TextColumn } from "./column.ts";
export type { ColumnCode } from "./column-encoder.ts";
export type { ColumnStatistics } from "./column-statistics.ts";
export { type Column, type ColumnSource, Dataset, type DatasetParts, type TypedColumn } from "./dataset.ts";
export { type DigitsOptions, digits } from "./digits.ts";
export { ElementRandom } from "./element-random.ts";
export type { TargetCode } from "./encode-target.ts";
export type { EncoderCode } from "./encoder-code.ts";
export { fashionMnist } from "./fashion-mnist.ts";
export type { ClassOf, FolderSource, Part } from "./folder/class-files.ts";
export type {
  FileExample,
  FolderBatch,
  FolderBatchOptions,
  FolderElement,
  FolderExamples,
  FolderSplitOptions,
  SkippedFile,
} from "./folder/folder-examples.ts";
export { decodePicture, type ImageFolderOptions, type ImageOptions, imageFolder } from "./folder/image-folder.ts";
export { resample } from "./folder/resample.ts";
export { decodeSound, type SoundFolderOptions, type SoundOptions, soundFolder } from "./folder/sound-folder.ts";
export { type MnistOptions, type MnistProgress, mnist } from "./mnist.ts";
export { cars, iris, type PackageTableOptions, penguins, seattleWeather } from "./package-tables.ts";
export { type PaddedSequences, type PadOptions, padSequences } from "./pad-sequences.ts";
export { type PaddedBatch, type PaddedBatchOptions, paddedBatches } from "./padded-batches.ts";
export { type DatasetExample, Pipeline, type PipelineSource, type PipelineSplit } from "./pipeline.ts";
export { parseTable, readTable, type TableOptions } from "./read-table.ts";
export type { SplitOptions } from "./split-rows.ts";
export type { BatchOf, ElementNumbers } from "./stack-elements.ts";
export { Table, type Value } from "./table.ts";
export {
  type EncodedRow,
  type EncoderOptions,
  type Encoding,
  TableEncoder,
  type TableParts,
} from "./table-encoder.ts";
export { streamTable, TableStream } from "./table-stream.ts";
export { type BytePairTokenizerOptions, bytePairTokenizer } from "./text/byte-pair-tokenizer.ts";
export {
  type LabelledLinesOptions,
  type LabelledTexts,
  readLabelledLines,
  type TextFolderOptions,
  textFolder,
} from "./text/labelled-text.ts";
export type { DecodeOptions, Texts, Tokenizer, TokenizerJson } from "./text/tokenizer.ts";
export { tokenizerFromJSON } from "./text/tokenizer-json.ts";
export {
  type CharacterTokenizerOptions,
  characterTokenizer,
  type WordTokenizerOptions,
  wordTokenizer,
} from "./text/vocabulary-tokenizer.ts";
export { type ToyName, type ToyOptions, toyNames, toySet } from "./toy-set.ts";
export { type WindowOptions, windows } from "./windows.ts";
