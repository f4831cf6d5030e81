// Recognises kinds of files by their first bytes, to explain why a file cannot be read.

/** The first bytes of each kind as Latin-1 text, and the kind as a sentence names it. */
const signatures: readonly (readonly [string, string])[] = [
  ["\x1f\x8b", "gzip data, which must be unpacked first"],
  ["PK\x03\x04", "a ZIP archive, as PyTorch's .pt, Keras's .keras and NumPy's .npz are"],
  ["\x89HDF", "an HDF5 file, as Keras's .h5 are"],
  ["\x93NUMPY", "a NumPy array"],
  ["\x80\x02", "a Python pickle"],
  ["\x80\x04", "a Python pickle"],
  ["version https://git-lfs", "a pointer of Git LFS, whose file git lfs pull fetches"],
  ["\x89PNG", "a PNG image"],
  ["\xff\xd8\xff", "a JPEG image"],
  ["GIF8", "a GIF image"],
  ["II*\0", "a TIFF image"],
  ["MM\0*", "a TIFF image"],
  ["%PDF", "a PDF document"],
];

/** The kind of a file by its first bytes, for messages: `an HTML page`; undefined if they are not known. */
export function kindOf(bytes: Uint8Array): string | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 64));
  const found = signatures.find(([signature]) => start.startsWith(signature));
  if (found) return found[1];
  if (start.startsWith("RIFF") && start.slice(8, 12) === "WEBP") return "a WebP image";
  if (/^ftyp(hei|hev|mif1|msf1|avif)/.test(start.slice(4))) return "a HEIC or AVIF image";
  const text = start.replace(/^\xef\xbb\xbf/, "").trimStart();
  if (/^<!doctype html|^<html/i.test(text))
    return "an HTML page, as a server gives for an address that it does not know";
  if (/^<(\?xml|svg)/i.test(text)) return "an XML document";
  if (/^[{[]\s*["[{\d}\]]/.test(text)) return "JSON text";
  return /^[\t\n\r\x20-\x7e]{8,}$/.test(text) ? "plain text" : undefined;
}
