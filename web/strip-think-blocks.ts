/** What a reply says, and what it thought. */
export interface SaidAndThought {
  readonly said: string;
  /** Empty where nothing was thought. */
  readonly thought: string;
}

/** A tag at the beginning of a line: elsewhere it is something that is talked about. */
const OPEN = /^[ \t]*<think(?:ing)?>/m;
const CLOSE = /<\/think(?:ing)?>[ \t]*(?=\n|$)\n*/;

/** Some templates begin with the thoughts, and have only the end of the block in what the model writes. */
const ONLY_CLOSE = /^[ \t]*<\/think(?:ing)?>[ \t]*(?=\n|$)\n*/m;

/** A tag at the very end that is still to be completed. */
const PART = /(?:^|\n)[ \t]*<\/?(?:t(?:h(?:i(?:n(?:k(?:i(?:n(?:g)?)?)?)?)?)?)?)?$/;

/**
 * Takes blocks of thoughts (`<think>…</think>`) out of a reply's text: the gateway knows those at its beginning, other
 * templates and older rows have them elsewhere. Code that has such a tag stays what it is.
 */
export function withoutThoughts(content: string, isGrowing: boolean): SaidAndThought {
  if (!content.includes("<")) return { said: content, thought: "" };
  const text = isGrowing ? content.replace(PART, "") : content;
  const open = OPEN.exec(text);
  if (open === null || isInCode(text, open.index)) return withoutBeginning(text);
  const before = withoutBeginning(text.slice(0, open.index));
  const inner = text.slice(open.index + open[0].length);
  const close = CLOSE.exec(inner);
  const end = close === null ? inner.length : close.index;
  const rest = withoutThoughts(inner.slice(end + (close?.[0].length ?? 0)).trimStart(), false);
  return {
    said: before.said + rest.said,
    thought: joined(before.thought, inner.slice(0, end), rest.thought),
  };
}

function withoutBeginning(text: string): SaidAndThought {
  const close = ONLY_CLOSE.exec(text);
  if (close === null || isInCode(text, close.index)) return { said: text, thought: "" };
  return { said: text.slice(close.index + close[0].length), thought: text.slice(0, close.index).trim() };
}

function joined(...thoughts: readonly string[]): string {
  return thoughts
    .map((thought) => thought.trim())
    .filter(Boolean)
    .join("\n\n");
}

/** True behind a fence that is open there. */
function isInCode(text: string, index: number): boolean {
  const fences = text.slice(0, index).match(/^ {0,3}(?:```|~~~)/gm);
  return (fences?.length ?? 0) % 2 === 1;
}
