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
export { type Column, type ColumnSource, Dataset, type DatasetParts, type TypedColumn } from "./dataset.ts";
export type { ColumnCode } from "./encoder/column-encoder.ts";
export type { TargetCode } from "./encoder/encode-target.ts";
export type { EncoderCode } from "./encoder/encoder-code.ts";
export {
  type EncodedRow,
  type EncoderOptions,
  type Encoding,
  TableEncoder,
  type TableParts,
} from "./encoder/table-encoder.ts";
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
export type { BalanceOptions } from "./pipeline/balance.ts";
export { ElementRandom } from "./pipeline/element-random.ts";
export { type DatasetExample, Pipeline, type PipelineSource, type PipelineSplit } from "./pipeline/pipeline.ts";
export type { BatchOf, ElementNumbers } from "./pipeline/stack-elements.ts";
export { type PaddedSequences, type PadOptions, padSequences } from "./sequence/pad-sequences.ts";
export { type PaddedBatch, type PaddedBatchOptions, paddedBatches } from "./sequence/padded-batches.ts";
export { type WindowOptions, windows } from "./sequence/windows.ts";
export { type BrownCategory, type BrownCorpusOptions, type BrownText, brownCorpus } from "./sets/brown-corpus.ts";
export { type DigitsOptions, digits } from "./sets/digits.ts";
export { fashionMnist } from "./sets/fashion-mnist.ts";
export { type MnistOptions, type MnistProgress, mnist } from "./sets/mnist.ts";
export { cars, iris, type PackageTableOptions, penguins, seattleWeather } from "./sets/package-tables.ts";
export { type ToyName, type ToyOptions, toyNames, toySet } from "./sets/toy-set.ts";
export type { ColumnType } from "./table/cells.ts";
export type { CategoryColumn, ColumnInfo, NumericColumn, TableColumn, TextColumn } from "./table/column.ts";
export type { ColumnStatistics } from "./table/column-statistics.ts";
export { parseTable, readTable, type TableOptions } from "./table/read-table.ts";
export type { TableNote } from "./table/row-block.ts";
export type { SplitOptions } from "./table/split-rows.ts";
export { Table, type Value } from "./table/table.ts";
export { streamTable, TableStream } from "./table/table-stream.ts";
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
