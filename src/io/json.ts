// Parses untrusted JSON: its depth and size are checked first.

const maxDepth = 64;
const maxValues = 250_000;

const [quotationMark, backslash, comma] = [0x22, 0x5c, 0x2c];
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Parses JSON of at most 64 levels and 250,000 values. Throws a SyntaxError for more, and for text that is not JSON;
 * its message continues a sentence such as "its header …".
 *
 * @example
 * parseJson('{"a":[1,2]}'); // { a: [1, 2] }
 */
export function parseJson(text: string): unknown {
  let [depth, values] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const letter = text.charCodeAt(at);
    if (letter === quotationMark) {
      for (at++; at < text.length && text.charCodeAt(at) !== quotationMark; at++)
        if (text.charCodeAt(at) === backslash) at++;
    } else if (letter === openBracket || letter === openBrace) {
      values++;
      if (++depth > maxDepth) throw new SyntaxError(`nests deeper than ${maxDepth} levels`);
    } else if (letter === closeBracket || letter === closeBrace) depth--;
    else if (letter === comma && ++values > maxValues) throw new SyntaxError(`has more than ${maxValues} values`);
  }
  if (values > maxValues) throw new SyntaxError(`has more than ${maxValues} values`);
  try {
    return JSON.parse(text);
  } catch {
    throw new SyntaxError("is not JSON");
  }
}
