import { expect, test } from "vitest";
import { lex } from "../../../web/markdown/markdown-lexer.ts";
import { spokenBlock } from "../../../web/markdown/spoken-formula.ts";

test.each([
  [
    "A *word* with `code`, a [link](https://a.example) and ![a picture](b.png).",
    "A word with code, a link and a picture.",
  ],
  ["## Title", "Title"],
  ["- one\n- [x] two\n  - three", "one\nDone: two\nthree"],
  ["- [ ] later", "To do: later"],
  ["> said\n>\n> twice", "said\ntwice"],
  ["| a | b |\n| - | - |\n| 1 | **2** |", "a, b\n1, 2"],
  ["```ts\nconst a = 1;\n\nreturn a;\n```", "const a = 1;\nreturn a;"],
  ["Fish &amp; chips\\*", "Fish & chips*"],
  ["---", ""],
  ["[a]: https://a.example", ""],
])("%j is told as its words", (text, words) => {
  expect(lex(text).blocks.map(spokenBlock).filter(Boolean).join("\n")).toBe(words);
});
