// The bytes of a text, and the text of bytes: UTF-8, in which every string of JavaScript has its own bytes.

/**
 * The text in UTF-8. Half of a surrogate pair, which is no character, has the three bytes that UTF-8 would give its
 * number (WTF-8, Sapin 2014).
 */
export function bytesOfText(text: string): Uint8Array {
  const parts = text.split(loneSurrogate);
  if (parts.length === 1) return encoder.encode(text);
  const bytes: number[] = [];
  for (const part of parts) {
    const code = part.length === 1 ? part.charCodeAt(0) : 0;
    if (code >= 0xd800 && code < 0xe000) bytes.push(0xed, 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(...encoder.encode(part));
  }
  return Uint8Array.from(bytes);
}

/** The text of bytes that {@link bytesOfText} gave. Bytes that are no UTF-8 become U+FFFD. */
export function textOfBytes(bytes: Uint8Array): string {
  let text = "";
  let from = 0;
  const take = (to: number): void => {
    text += decoder.decode(bytes.subarray(from, to));
  };
  for (let i = bytes.indexOf(0xed); i >= 0 && i + 2 < bytes.length; i = bytes.indexOf(0xed, i + 1)) {
    const [second, third] = [bytes[i + 1]!, bytes[i + 2]!];
    if (second < 0xa0 || second > 0xbf || third < 0x80 || third > 0xbf) continue;
    take(i);
    text += String.fromCharCode(0xd000 | ((second & 63) << 6) | (third & 63));
    from = i + 3;
  }
  take(bytes.length);
  return text;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const loneSurrogate = /(\p{Cs})/u;
