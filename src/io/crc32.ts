// Checksums of 32 bits: that of PNG and ZIP, and that of TensorBoard's event files.

/** The cyclic redundancy check by a polynomial whose bits are reversed, as an integer in [0, 2³²). */
function checksumBy(polynomial: number): (bytes: Uint8Array) => number {
  const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ polynomial : rest >>> 1;
    return rest;
  });
  return (bytes) => {
    let crc = 0xffffffff;
    for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ remainders[(crc ^ bytes[i]!) & 255]!;
    return ~crc >>> 0;
  };
}

/** CRC-32 (ISO 3309), of PNG's chunks and of ZIP's entries: 0xcbf43926 for "123456789". */
export const crc32: (bytes: Uint8Array) => number = checksumBy(0xedb88320);
/** CRC-32C (Castagnoli, 1993): 0xe3069283 for "123456789". */
export const crc32c: (bytes: Uint8Array) => number = checksumBy(0x82f63b78);
