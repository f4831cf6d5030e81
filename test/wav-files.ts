// Makes WAV files for tests.
import { riffChunk } from "./webp-files.ts";

export interface WavParts {
  readonly sampleRate?: number;
  readonly bits?: number;
  /** 1: integers, 3: floats. */
  readonly code?: number;
  readonly isExtensible?: boolean;
  /** The numbers of all channels, in turn, as they are stored. */
  readonly samples: ArrayLike<number>;
  readonly channels?: number;
  /** The length that the header claims the samples to have. */
  readonly stated?: number;
  /** Other chunks, before the samples. */
  readonly chunks?: readonly Uint8Array[];
}

/** The bytes of a WAV file. */
export function wavFile(parts: WavParts): Uint8Array {
  const { sampleRate = 8000, bits = 16, code = 1, isExtensible = false, samples, channels = 1, chunks = [] } = parts;
  const width = Math.ceil(bits / 8);
  const format = Buffer.alloc(isExtensible ? 40 : 16);
  format.writeUInt16LE(isExtensible ? 0xfffe : code);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(sampleRate, 4);
  format.writeUInt32LE(sampleRate * channels * width, 8);
  format.writeUInt16LE(channels * width, 12);
  format.writeUInt16LE(isExtensible ? 8 * width : bits, 14);
  if (isExtensible) {
    format.writeUInt16LE(22, 16);
    format.writeUInt16LE(bits, 18);
    format.writeUInt16LE(code, 24);
    format.set(Buffer.from("000000001000800000aa00389b71", "hex"), 26);
  }
  const data = Buffer.alloc(samples.length * width);
  for (let i = 0; i < samples.length; i++) {
    const at = i * width;
    if (code === 3) bits === 32 ? data.writeFloatLE(samples[i]!, at) : data.writeDoubleLE(samples[i]!, at);
    else if (width === 1) data.writeUInt8(samples[i]!, at);
    else data.writeIntLE(samples[i]!, at, width);
  }
  const body = Buffer.from(riffChunk("data", data));
  if (parts.stated !== undefined) body.writeUInt32LE(parts.stated, 4);
  const whole = Buffer.concat([Buffer.from("WAVE"), ...chunks, riffChunk("fmt ", format), body]);
  return new Uint8Array(riffChunk("RIFF", whole));
}
