import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectOnlyAllowed } from "./allowed.ts";
import { htmlOf, pageOf } from "./page.ts";

/** Pieces of Markdown, whole and half, that begin, join, continue or end one another. */
const PIECES = [
  ...[
    "a",
    "b c",
    "word ",
    "\n",
    "\n\n",
    "\n\n\n",
    "  \n",
    "    ",
    "\t",
    "\r\n",
    "\r",
    "\0",
    "\u202E",
    "é",
    "🏛️",
  ],
  ...["*", "**", "_", "~~", "`", "``", "\\", "&amp;", "&#", "<", ">", "!", "[", "]", "](", ")", ":", "|"],
  ...[
    "# ",
    "\n## ",
    "\n---\n",
    "\n===\n",
    "- ",
    "\n- a",
    "\n  - b",
    "\n1. ",
    "\n2) c",
    "- [ ] ",
    "\n- [x] d",
  ],
  ...[
    "> ",
    "\n> e",
    "\n>> f",
    "```",
    "\n```js\n",
    "\n~~~\n",
    "\n    code",
    "| a | b |\n|---|:-:|\n",
    "| c | d |\n",
  ],
  ...[
    "[x]",
    "[y][x]",
    "\n[x]: https://x.example\n",
    "[x]: ",
    "[z](https://z.example)",
    "![i](https://i.example/i.png)",
  ],
  ...[
    "<br>",
    "<b>",
    "<div>\n",
    "</div>",
    "<!-- ",
    " -->",
    "<script>",
    "</script>",
    "<a href=javascript:1>",
    "<sub>s</sub>",
  ],
  ...["https://u.example", "www.w.example", "m@m.example", "javascript:alert(1)", "[j](javascript:alert(1))"],
];

const anyMarkdown = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(""));

test("a reply that came in pieces is, at the end, what the whole would be", () => {
  fc.assert(
    fc.property(anyMarkdown, fc.array(fc.nat({ max: 60 }), { maxLength: 12 }), (text, steps) => {
      const page = pageOf("", true);
      let length = 0;
      for (const step of steps) {
        length += step;
        page.draw(text.slice(0, length), true);
        expectOnlyAllowed(page);
      }
      page.draw(text);
      expect(page.html).toBe(htmlOf(text));
    }),
    { numRuns: 500 },
  );
});

test("a line of a paragraph that is indented is, at the end, what it is in the whole", () => {
  const text = "a\n    code| a | b |\n|---|:-:|\n";
  const page = pageOf("", true);
  page.draw(text.slice(0, 20), true);
  page.draw(text);
  expect(page.html).toBe(htmlOf(text));
});

test("any text at all becomes nothing but what is allowed", () => {
  const anyText = fc.oneof(anyMarkdown, fc.string({ unit: "binary", maxLength: 200 }));
  fc.assert(
    fc.property(anyText, (text) => expectOnlyAllowed(pageOf(text))),
    { numRuns: 300 },
  );
});

describe("while it grows", () => {
  test("code is a block as soon as its fence is there", () => {
    expect(pageOf("a\n\n```js\nlet b", true).all("pre")[0]?.textContent).toBe("let b");
  });

  test("a paragraph is not a heading before the list after it begins", () => {
    expect(pageOf("a\n-", true).html).toBe("<p>a</p>");
    expect(pageOf("a\n- b", true).html).toBe("<p>a</p><ul><li>b</li></ul>");
  });

  test.each(["*", "#", "##", "1", "12.", ">", "|", "|--", "``", "~", "=", "- ["])(
    "%j at the end is held back or text",
    (end) => {
      expect(pageOf(`a\n\n${end}`, true).html).toMatch(/^<p>a<\/p>(<ul><li>\[<\/li><\/ul>)?$/);
    },
  );

  test("a link has the address of a definition that comes later once all is there", () => {
    const page = pageOf("[a]\n\nb\n\nc", true);
    page.draw("[a]\n\nb\n\nc\n\n[a]: https://x.example\n");
    expect(page.html).toBe('<p><a href="https://x.example/">a</a></p><p>b</p><p>c</p>');
  });

  test("what comes after a definition has its address at once", () => {
    const page = pageOf("[a]: https://x.example\n\nb\n\n", true);
    page.draw("[a]: https://x.example\n\nb\n\n[a]", true);
    expect(page.html).toBe('<p>b</p><p><a href="https://x.example/">a</a></p>');
  });

  test("the elements of what is finished stay", () => {
    const page = pageOf("a\n\nb\n\nc", true);
    const before = [...page.childNodes];
    page.draw("a\n\nb\n\nc d", true);
    page.draw("a\n\nb\n\nc d");
    expect(page.childNodes).toEqual(before);
    expect(page.childNodes.every((node, index) => node === before[index])).toBe(true);
  });

  test("another text in its place is read anew", () => {
    const page = pageOf("a\n\nb\n\nc", true);
    page.draw("d", true);
    expect(page.html).toBe("<p>d</p>");
  });
});
