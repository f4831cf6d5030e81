// WAV files of every usual width, sizes that lie, and refusals.
import { describe, expect, test } from "vitest";
import { FileError } from "../src/errors.ts";
import { decodeWav } from "../src/io/wav.ts";
import { type WavParts, wavFile } from "./wav-files.ts";
import { riffChunk } from "./webp-files.ts";

const read = (parts: WavParts): number[][] =>
  decodeWav(wavFile(parts), "a.wav").channels.map((samples) => [...samples]);

describe("decodeWav", () => {
  test.each<[string, WavParts, number[]]>([
    ["8 bits", { bits: 8, samples: [0, 128, 192, 255] }, [-1, 0, 0.5, 127 / 128]],
    ["16 bits", { bits: 16, samples: [-32768, 0, 16384, 32767] }, [-1, 0, 0.5, 32767 / 32768]],
    [
      "24 bits",
      { bits: 24, samples: [-8388608, -1, 0, 4194304, 8388607] },
      [-1, -1 / 8388608, 0, 0.5, 8388607 / 8388608],
    ],
    ["32 bits", { bits: 32, samples: [-(2 ** 31), 0, 2 ** 30] }, [-1, 0, 0.5]],
    ["20 bits in 24", { bits: 20, samples: [-8388608, 4194304], isExtensible: true }, [-1, 0.5]],
    ["floats of 32 bits", { bits: 32, code: 3, samples: [-1.5, 0, 0.25] }, [-1.5, 0, 0.25]],
    ["floats of 64 bits", { bits: 64, code: 3, samples: [-1.5, 0, 0.25] }, [-1.5, 0, 0.25]],
    ["the extensible format", { bits: 16, isExtensible: true, samples: [16384] }, [0.5]],
    ["extensible floats", { bits: 32, code: 3, isExtensible: true, samples: [0.75] }, [0.75]],
    ["no sample at all", { samples: [] }, []],
    ["a chunk of odd length before", { samples: [16384], chunks: [riffChunk("LIST", new Uint8Array(5))] }, [0.5]],
    // Sizes that lie: programs that record into a pipe cannot go back to write them.
    ["a length of 0", { samples: [16384, 0], stated: 0 }, [0.5, 0]],
    ["a length of 2³² − 1", { samples: [16384, 0], stated: 0xffffffff }, [0.5, 0]],
    ["a length beyond the end", { samples: [16384, 0], stated: 1000 }, [0.5, 0]],
    ["a length within a sample", { samples: [16384, 0, 0], stated: 3 }, [0.5]],
  ])("reads %s", (_, parts, wanted) => {
    expect(read(parts)).toEqual([wanted]);
  });

  test("takes channels apart, and keeps the rate", () => {
    expect(read({ channels: 2, samples: [8192, -8192, 16384, -16384] })).toEqual([
      [0.25, 0.5],
      [-0.25, -0.5],
    ]);
    expect(decodeWav(wavFile({ sampleRate: 44_100, samples: [1] }), "a.wav").sampleRate).toBe(44_100);
  });

  const plain = wavFile({ samples: [1, 2, 3] });
  const withByte = (at: number, value: number): Uint8Array => Uint8Array.from(plain, (v, i) => (i === at ? value : v));
  test.each<[string, Uint8Array, RegExp]>([
    ["nothing", new Uint8Array(), /it does not begin with RIFF and WAVE/],
    ["text", new TextEncoder().encode("hello, world"), /it is plain text/],
    ["µ-law", withByte(20, 7), /its samples are coded as µ-law, and PCM and floats are read/],
    ["an unknown coding", withByte(20, 99), /coded as format 99/],
    ["no channel", withByte(22, 0), /it has 0 channels, expected 1 to 64/],
    ["another width", withByte(34, 17), /its samples have 17 bits in 2 bytes for 1 channels/],
    ["a block of 5 bytes", withByte(32, 5), /have 16 bits in 5 bytes/],
    ["a rate of 64", Uint8Array.from(plain, (v, i) => (i === 25 ? 0 : v)), /its rate is 64 samples a second/],
    ["a file without samples", plain.subarray(0, 36), /it has no samples \(is it cut short\?\)/],
    [
      "samples before the format",
      riffChunk("RIFF", Buffer.concat([Buffer.from("WAVE"), riffChunk("data", new Uint8Array(4))])),
      /come before their format/,
    ],
    ["NaN", wavFile({ bits: 32, code: 3, samples: [0, NaN] }), /its sample 1 is NaN, expected a finite number/],
    ["a number beyond float32", wavFile({ bits: 64, code: 3, samples: [1e300] }), /its sample 0 is 1e\+300/],
  ])("refuses %s in one sentence that names the file", (_, bytes, message) => {
    const decode = (): unknown => decodeWav(new Uint8Array(bytes), "dir/a.wav");
    expect(decode).toThrow(FileError);
    expect(decode).toThrow(message);
    expect(decode).toThrow(/^"dir\/a\.wav" [^\n]*\.$/);
  });
});
