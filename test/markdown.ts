// The fenced blocks of a Markdown file, each with the note about its test in the comment before it.

/** A fenced block: <!-- test: note --> on the line before it, if there is one; then ```language; then the text. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** The line of the opening fence, counted from 1. */
  readonly line: number;
  /** The comment's text; "" if there is none. */
  readonly note: string;
}

const commentLine = /^\s*<!--\s*test:\s*(.*?)\s*-->\s*$/;
const openingFence = /^(\s*)(`{3,}|~{3,})\s*([\w-]*)\s*$/;

/** Throws where a fence is not closed, or a comment has no block after it. */
export function fencedBlocks(markdown: string): Block[] {
  const lines = markdown.split(/\r?\n/);
  const blocks: Block[] = [];
  let note: string | undefined;
  for (let i = 0; i < lines.length; i++) {
    const fence = openingFence.exec(lines[i]!);
    if (fence) {
      const [, indent, mark, language] = fence as unknown as [string, string, string, string];
      const end = lines.findIndex((line, at) => at > i && line.trim() === mark);
      if (end < 0) throw new Error(`line ${i + 1}: the block is not closed.`);
      const text = lines
        .slice(i + 1, end)
        .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
        .join("\n");
      blocks.push({ language, text, line: i + 1, note: note ?? "" });
      note = undefined;
      i = end;
    } else if (/^\s*(`{3,}|~{3,})/.test(lines[i]!)) {
      throw new Error(`line ${i + 1}: ${JSON.stringify(lines[i])} is no fence that this reader knows.`);
    } else if (commentLine.test(lines[i]!)) {
      note = commentLine.exec(lines[i]!)![1]!;
    } else if (note !== undefined && lines[i]!.trim() !== "") {
      throw new Error(`line ${i + 1}: the comment <!-- test: ${note} --> has no block after it.`);
    }
  }
  if (note !== undefined) throw new Error(`the comment <!-- test: ${note} --> has no block after it.`);
  return blocks;
}

/** The README's program of a user's own: its first block of TypeScript. */
export function firstProgram(markdown: string): string {
  const block = fencedBlocks(markdown).find(({ language }) => language === "ts");
  if (!block) throw new Error("README.md has no block of TypeScript.");
  return block.text;
}
