import { describe, expect, test } from "vitest";
import { htmlOf, pageOf } from "./page.ts";

const INLINE: readonly (readonly [name: string, markdown: string, html: string])[] = [
  ["emphasis", "**a** *b* ~~c~~ _d_", "<strong>a</strong> <em>b</em> <del>c</del> <em>d</em>"],
  ["code", "`a && <b>`", "<code>a &amp;&amp; &lt;b></code>"],
  ["code with a reference in it", "`&lt;`", "<code>&amp;lt;</code>"],
  ["a line break, kept", "a\nb", "a\nb"],
  ["a hard line break", "a  \nb", "a<br>b"],
  ["a line break as HTML", "a<br/>b", "a<br>b"],
  ["keys and indices as HTML", "<kbd>&lt;</kbd> H<sub>2</sub>O", "<kbd>&lt;</kbd> H<sub>2</sub>O"],
  ["other HTML, shown as it is", "a <b>c</b> <!-- d -->", "a &lt;b>c&lt;/b> &lt;!-- d -->"],
  ["character references", "&copy; &#169; &#xa9; &amp;lt; &no;", "© © © &amp;lt; &amp;no;"],
  ["escaped characters", "\\*a\\* \\&lt;", "*a* &amp;lt;"],
  [
    "a link",
    "[a **b**](https://x.example/?q=1&amp;r)",
    '<a href="https://x.example/?q=1&r">a <strong>b</strong></a>',
  ],
  ["a link by reference", "[a][b]\n\n[b]: https://x.example", '<a href="https://x.example/">a</a>'],
  [
    "a bare address",
    "https://x.example/?a&copy;=1.",
    '<a href="https://x.example/?a&copy;=1">https://x.example/?a&amp;copy;=1</a>.',
  ],
  ["an e-mail address", "a@x.example", '<a href="mailto:a@x.example">a@x.example</a>'],
  [
    "an address in another script, as it really is",
    "https://bücher.example",
    '<a href="https://xn--bcher-kva.example/">https://bücher.example</a>',
  ],
  ["a link without text", "[](https://x.example)", '<a href="https://x.example/">https://x.example</a>'],
  ["a link to no place of the web", "[a](src/a.ts)", "[a](src/a.ts)"],
  ["an image, as a link", "![a *b*](https://x.example/i.png)", '<a href="https://x.example/i.png">a *b*</a>'],
  [
    "an image in a link",
    "[![a](https://x.example/i.png) b](https://y.example)",
    '<a href="https://y.example/">a b</a>',
  ],
  ["an unfinished link", "[a](https://", "[a](https://"],
];

describe("inside a paragraph", () => {
  test.each(INLINE)("%s", (_, markdown, html) => {
    expect(htmlOf(markdown)).toBe(`<p>${html}</p>`);
  });
});

const BLOCKS: readonly (readonly [name: string, markdown: string, html: string])[] = [
  ["a quote", "> a\n> b", "<blockquote><p>a\nb</p></blockquote>"],
  ["a rule", "a\n\n---", "<p>a</p><hr>"],
  [
    "lists inside each other",
    "3. a\n   - b\n4. c",
    '<ol start="3"><li>a<ul><li>b</li></ul></li><li>c</li></ol>',
  ],
  ["a list with paragraphs", "- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"],
  [
    "tasks",
    "- [x] a\n- [ ] b",
    '<ul><li class="task"><input type="checkbox" disabled aria-label="Done" checked>a</li>' +
      '<li class="task"><input type="checkbox" disabled aria-label="To do">b</li></ul>',
  ],
  [
    "a table",
    "| a | b |\n|--:|---|\n| 1 | **2** |",
    '<div class="table" role="group" aria-label="Table"><table><thead><tr><th class="right">a</th><th>b</th></tr></thead>' +
      '<tbody><tr><td class="right">1</td><td><strong>2</strong></td></tr></tbody></table></div>',
  ],
  [
    "a block of HTML, shown as it is",
    "<div>\n**a**\n</div>",
    '<p class="raw">&lt;div>\n**a**\n&lt;/div></p>',
  ],
  ["headings, without gaps in their levels", "### a\n##### b\n# c", "<h2>a</h2><h3>b</h3><h2>c</h2>"],
];

describe("on lines of its own", () => {
  test.each(BLOCKS)("%s", (_, markdown, html) => {
    expect(htmlOf(markdown)).toBe(html);
  });

  test("code, with its language and a button", () => {
    const page = pageOf("```Ts title=a.ts\nlet a;\n  b\n```");
    expect(page.all("pre")[0]?.textContent).toBe("let a;\n  b");
    expect(page.all("span")[0]?.textContent).toBe("Ts");
    expect(page.all("button")[0]?.textContent).toBe("Copy");
  });
});

test("what is outside of a link's text and a paragraph is isolated from the direction of the text", () => {
  const page = pageOf("# a\n\nb [c](https://x.example)\n\n- d\n\n|e|\n|-|\n|f|");
  const directed = page.all().filter(({ attributes }) => attributes.get("dir") === "auto");
  expect(directed.map(({ localName }) => localName)).toEqual(["h2", "p", "a", "th", "td"]);
});

test("characters that turn the direction of text are named", () => {
  expect(htmlOf("a\u202Eb &#x202E; `\u2066`")).toBe("<p>a⟨U+202E⟩b ⟨U+202E⟩ <code>⟨U+2066⟩</code></p>");
});

test("a null character is shown as one that is not known", () => {
  expect(htmlOf("a\0b &#0;")).toBe("<p>a\uFFFDb \uFFFD</p>");
});
