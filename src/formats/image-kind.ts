// Recognises the kinds of images that are read by their first bytes.

const pngSignature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

export const isPng = (bytes: Uint8Array): boolean => pngSignature.every((byte, i) => bytes[i] === byte);

export const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;

export const isWebp = (bytes: Uint8Array): boolean =>
  /^RIFF[^]{4}WEBP$/.test(String.fromCharCode(...bytes.subarray(0, 12)));
