import { Lexer, type Links, type MarkedToken, type Token, type TokensList } from "marked";
import { formulaExtensions } from "./formula-syntax.ts";
import { BoundedTokenizer } from "./markdown-tokenizer.ts";

/** Quotes, lists, emphasis and links inside each other, at most; what is deeper is text. */
const MAX_DEPTH = 16;

/**
 * Characters that may begin or end markup, in one paragraph, cell or heading, at most; where there are more, all
 * is text. Marked looks for the end of each one in all that follows.
 */
const MAX_MARKS = 256;

const MARKS = /[!*<@[\\_`~]/g;

/** The top level blocks of a Markdown text, and the link definitions in it. */
export interface Lexed {
  readonly blocks: readonly MarkedToken[];
  readonly links: Links;
}

/**
 * Lexes GitHub's Markdown. `known` are the link definitions that stand before the text.
 * Line breaks have to be "\n" already.
 */
export function lex(text: string, known: Links = {}): Lexed {
  const lexer = new BoundedLexer({
    gfm: true,
    tokenizer: new BoundedTokenizer(),
    extensions: formulaExtensions,
  });
  Object.assign(lexer.tokens.links, known);
  const tokens = lexer.lex(text);
  return { blocks: tokens as readonly Token[] as readonly MarkedToken[], links: tokens.links };
}

/** Marked's lexer calls itself for all that is nested: here it stops at a depth. */
class BoundedLexer extends Lexer {
  #depth = 0;

  override blockTokens(text: string, tokens?: Token[], lastParagraphClipped?: boolean): Token[];
  override blockTokens(text: string, tokens?: TokensList, lastParagraphClipped?: boolean): TokensList;
  override blockTokens(text: string, tokens: Token[] = [], lastParagraphClipped = false): Token[] {
    return this.#nested(text, tokens, () => super.blockTokens(text, tokens, lastParagraphClipped));
  }

  override inlineTokens(text: string, tokens: Token[] = []): Token[] {
    // An <a> that is never closed would keep addresses in all later blocks from becoming links.
    if (this.#depth === 0) this.state.inLink = false;
    if ((text.match(MARKS)?.length ?? 0) > MAX_MARKS) return addText(text, tokens);
    return this.#nested(text, tokens, () => super.inlineTokens(text, tokens));
  }

  #nested(text: string, tokens: Token[], run: () => Token[]): Token[] {
    if (this.#depth === MAX_DEPTH) return addText(text, tokens);
    this.#depth += 1;
    try {
      return run();
    } finally {
      this.#depth -= 1;
    }
  }
}

function addText(text: string, tokens: Token[]): Token[] {
  tokens.push({ type: "text", raw: text, text });
  return tokens;
}
