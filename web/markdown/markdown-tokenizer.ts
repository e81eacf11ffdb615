import { Tokenizer, type Tokens } from "marked";

/** Characters of one block, at most; what goes on after that is a block of its own. Code has no such end. */
const MAX_BLOCK = 16_000;

/** A quote's lines are read again for each that is not marked. */
const MAX_QUOTE = 4_000;

/** A table cannot go on without its head. */
const MAX_TABLE = 50_000;

/** More quotes and lists inside each other than anybody means: marked calls itself for each. */
const CROWDED = /^(?:[ \t]*(?:[>*+-]|\d{1,9}[.)])){17}/;

const TABLE_HEAD = /^[^\n]*\n[ \t|:-]*[|:]/;

/**
 * Marked's rules for blocks look ahead through all lines without a blank one between, and some do it for each
 * line again. So that time cannot grow with the square of a reply's length, they see only so much of it.
 */
export class BoundedTokenizer extends Tokenizer {
  override blockquote(text: string): Tokens.Blockquote | undefined {
    return CROWDED.test(text) ? undefined : super.blockquote(startOf(text, MAX_QUOTE));
  }

  override list(text: string): Tokens.List | undefined {
    return CROWDED.test(text) ? undefined : super.list(startOf(text));
  }

  override html(text: string): Tokens.HTML | undefined {
    return super.html(startOf(text));
  }

  override def(text: string): Tokens.Def | undefined {
    return super.def(startOf(text));
  }

  override table(text: string): Tokens.Table | undefined {
    return TABLE_HEAD.test(text) ? super.table(startOf(text, MAX_TABLE)) : undefined;
  }

  override lheading(text: string): Tokens.Heading | undefined {
    return super.lheading(startOf(text));
  }

  override paragraph(text: string): Tokens.Paragraph | undefined {
    return super.paragraph(startOf(text));
  }
}

/** At most this many characters, if possible whole lines before one that is not indented. */
function startOf(text: string, length = MAX_BLOCK): string {
  if (text.length <= length) return text;
  const start = text.slice(0, length);
  let end = start.lastIndexOf("\n");
  while (end > 0 && /\s/.test(text.charAt(end + 1))) end = start.lastIndexOf("\n", end - 1);
  return end > 0 ? start.slice(0, end + 1) : start;
}
