import type { Tokens } from "marked";

/** Longest formula that is drawn, in characters; what is longer is shown as it was written. */
const MAX_FORMULA = 2_000;

/** `$$…$$` and `\[…\]` are displayed, `\(…\)` stands in its line. A blank line ends a paragraph, and so a formula. */
const FORMULA =
  /^(?:\$\$((?:(?!\$\$|\n[ \t]*\n)[\s\S])+)\$\$|\\\[((?:(?!\\\]|\n[ \t]*\n)[\s\S])+)\\\]|\\\(((?:(?!\\\)|\n[ \t]*\n)[\s\S])+)\\\))/;

/** A formula that has its lines for itself. */
const OWN_LINES = /^ {0,3}(?=\$\$|\\\[)/;

/** A formula in TeX, as a token of the lexer. */
export interface FormulaToken extends Tokens.Generic {
  readonly type: "formula";
  /** TeX, without what stands around it. */
  readonly text: string;
  readonly isDisplayed: boolean;
}

export function isFormula(token: { readonly type: string }): token is FormulaToken {
  return token.type === "formula";
}

/** Formulas, for the lexer: in lines of their own, and in text. */
export const formulaExtensions = {
  renderers: {},
  childTokens: {},
  block: [readBlock],
  inline: [readFormula],
  // A backslash ends the lexer's plain text already; a dollar does not.
  startInline: [(text: string) => text.indexOf("$$")],
};

/** The formula that a text begins with. */
function readFormula(text: string): FormulaToken | undefined {
  const found = FORMULA.exec(text.slice(0, MAX_FORMULA));
  if (found === null) return undefined;
  const [raw, dollars, brackets, parentheses] = found;
  const tex = (dollars ?? brackets ?? parentheses ?? "").trim();
  if (tex === "") return undefined;
  return { type: "formula", raw, text: tex, isDisplayed: parentheses === undefined };
}

/** The same, where nothing follows it in its last line. */
function readBlock(text: string): FormulaToken | undefined {
  const indent = OWN_LINES.exec(text)?.[0];
  if (indent === undefined) return undefined;
  const formula = readFormula(text.slice(indent.length));
  if (formula === undefined) return undefined;
  const end = indent.length + formula.raw.length;
  const rest = /^[ \t]*(?:\n+|$)/.exec(text.slice(end))?.[0];
  return rest === undefined ? undefined : { ...formula, raw: text.slice(0, end) + rest };
}
