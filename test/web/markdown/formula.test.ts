import { expect, test } from "vitest";
import { lex } from "../../../web/markdown/markdown-lexer.ts";
import { htmlOf } from "./page.ts";

/** The formulas of a text, in order, as TeX; displayed ones between "$$". */
function formulasIn(text: string): string[] {
  const found: string[] = [];
  const look = (tokens: readonly object[]): void => {
    for (const token of tokens as {
      type: string;
      text: string;
      isDisplayed: boolean;
      tokens?: object[];
      items?: object[];
    }[]) {
      if (token.type === "formula") found.push(token.isDisplayed ? `$$${token.text}$$` : token.text);
      look([...(token.tokens ?? []), ...(token.items ?? [])]);
    }
  };
  look(lex(text).blocks);
  return found;
}

test.each([
  ["Inline \\( a_1 * b_2 \\) and \\(c\\).", ["a_1 * b_2", "c"]],
  ["\\[ a^2 + b^2 = c^2 \\]", ["$$a^2 + b^2 = c^2$$"]],
  ["$$\n\\int_0^1 x\\,dx\n$$\n\nAfter.", ["$$\\int_0^1 x\\,dx$$"]],
  ["Words \\[ x \\] words $$ y $$ words.", ["$$x$$", "$$y$$"]],
  ["- item \\(x\\)", ["x"]],
  ["It costs $5 or $10.", []],
  ["`\\(x\\)` and\n\n```\n$$ y $$\n```", []],
  ["An open \\( one", []],
  ["$$ over\n\na blank line $$", []],
  ["$$$$ and \\(\\)", []],
])("%j has the formulas %j", (text, formulas) => {
  expect(formulasIn(text)).toEqual(formulas);
});

test.each([
  ["An array \\[0\\ and \\(half", "<p>An array \\[0\\ and \\(half</p>"],
  ["C:\\(x86\\) \\* \\_", "<p>C:\\(x86\\) * _</p>"],
])("no backslash is lost where a formula is not drawn: %j", (text, html) => {
  expect(htmlOf(text)).toBe(html);
});
