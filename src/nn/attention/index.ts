// Factories of attention and transformers, with Keras's names in camel case.
import type { Tensor } from "../../tensor.ts";
import { AdditiveAttention, Attention, type AttentionLayerOptions, type DotAttentionOptions } from "./dot-attention.ts";
import {
  GroupedQueryAttention,
  MultiHeadAttention,
  type MultiHeadAttentionOptions,
  type MultiHeadOptions,
} from "./multi-head-attention.ts";
import {
  PositionEmbedding,
  type PositionEmbeddingOptions,
  RotaryEmbedding,
  SinePositionEncoding,
  type WavelengthOptions,
} from "./positions.ts";
import {
  TransformerDecoder,
  type TransformerDecoderOptions,
  TransformerEncoder,
  type TransformerOptions,
} from "./transformer.ts";

type WithScores = { readonly returnAttentionScores: true };

/** {@link Attention}: dot-product attention without projections. */
export function attention(options: AttentionLayerOptions & WithScores): Attention<readonly Tensor[]>;
export function attention(options?: AttentionLayerOptions): Attention;
export function attention(options: AttentionLayerOptions = {}): Attention<any> {
  return new Attention(options);
}
/** {@link AdditiveAttention}: attention by sums of queries and keys. */
export function additiveAttention(options: DotAttentionOptions & WithScores): AdditiveAttention<readonly Tensor[]>;
export function additiveAttention(options?: DotAttentionOptions): AdditiveAttention;
export function additiveAttention(options: DotAttentionOptions = {}): AdditiveAttention<any> {
  return new AdditiveAttention(options);
}
/** {@link MultiHeadAttention}: several attentions side by side. */
export function multiHeadAttention(
  numHeads: number,
  keyDim: number,
  options: MultiHeadAttentionOptions & WithScores,
): MultiHeadAttention<readonly Tensor[]>;
export function multiHeadAttention(
  numHeads: number,
  keyDim: number,
  options?: MultiHeadAttentionOptions,
): MultiHeadAttention;
export function multiHeadAttention(
  numHeads: number,
  keyDim: number,
  options: MultiHeadAttentionOptions = {},
): MultiHeadAttention<any> {
  return new MultiHeadAttention({ ...options, numHeads, keyDim });
}
/** {@link GroupedQueryAttention}: heads of queries that share keys and values. */
export function groupedQueryAttention(
  headDim: number,
  numQueryHeads: number,
  numKeyValueHeads: number,
  options: MultiHeadOptions & WithScores,
): GroupedQueryAttention<readonly Tensor[]>;
export function groupedQueryAttention(
  headDim: number,
  numQueryHeads: number,
  numKeyValueHeads: number,
  options?: MultiHeadOptions,
): GroupedQueryAttention;
export function groupedQueryAttention(
  headDim: number,
  numQueryHeads: number,
  numKeyValueHeads: number,
  options: MultiHeadOptions = {},
): GroupedQueryAttention<any> {
  return new GroupedQueryAttention({ ...options, headDim, numQueryHeads, numKeyValueHeads });
}
/** {@link PositionEmbedding}: a learned vector for each position. */
export const positionEmbedding = (sequenceLength: number, options: PositionEmbeddingOptions = {}): PositionEmbedding =>
  new PositionEmbedding({ ...options, sequenceLength });
/** {@link RotaryEmbedding}: turns features by their position. */
export const rotaryEmbedding = (options: WavelengthOptions = {}): RotaryEmbedding => new RotaryEmbedding(options);
/** {@link SinePositionEncoding}: sines and cosines of the positions. */
export const sinePositionEncoding = (options: WavelengthOptions = {}): SinePositionEncoding =>
  new SinePositionEncoding(options);
/** {@link TransformerDecoder}: a block of a decoder, or of a language model. */
export const transformerDecoder = (
  intermediateDim: number,
  numHeads: number,
  options: TransformerDecoderOptions = {},
): TransformerDecoder => new TransformerDecoder({ ...options, intermediateDim, numHeads });
/** {@link TransformerEncoder}: a block of an encoder. */
export const transformerEncoder = (
  intermediateDim: number,
  numHeads: number,
  options: TransformerOptions = {},
): TransformerEncoder => new TransformerEncoder({ ...options, intermediateDim, numHeads });
