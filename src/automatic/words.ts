// Words of a text, and the vocabulary of single words and pairs that a column of texts has.

/** A word or pair counts if so many texts of the training part have it. */
const leastTexts = 2;
/** The greatest number of inputs that one column of texts becomes. */
const mostTerms = 5000;
/** The words of a text that are read; what follows is passed over. */
const mostWords = 10_000;

const wordPattern = /[\p{L}\p{N}]+(?:['’]\p{L}+)*|[!?]/gu;

/**
 * The words of a text in small letters, exclamation and question marks, and all pairs of neighbours.
 *
 * @example
 * termsOf("Not good!"); // ["not", "good", "!", "not good", "good !"]
 */
export function termsOf(text: string): string[] {
  const words: string[] = [];
  for (const [word] of text.normalize("NFC").toLowerCase().matchAll(wordPattern)) {
    words.push(word.replaceAll("’", "'"));
    if (words.length === mostWords) break;
  }
  return [...words, ...words.slice(1).map((word, i) => `${words[i]} ${word}`)];
}

/** The terms that at least two texts have; of more than 5000 the most frequent, in the order of their characters. */
export function vocabularyOf(texts: Iterable<string | null>): string[] {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const term of new Set(termsOf(text ?? ""))) counts.set(term, (counts.get(term) ?? 0) + 1);
  const frequent = [...counts].filter(([, count]) => count >= leastTexts);
  frequent.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return frequent
    .slice(0, mostTerms)
    .map(([term]) => term)
    .sort();
}
