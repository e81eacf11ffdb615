import { describe, expect, test } from "vitest";
import { readDocument } from "../../../web/markdown/markdown-document.ts";
import { expectOnlyAllowed } from "./allowed.ts";
import { pageOf } from "./page.ts";

/** What marked alone overflows the stack with, or takes the square of the time for. */
const NESTED = [
  ">",
  "> ",
  "- ",
  "* ",
  "1. ",
  "> - ",
  "[",
  "![",
  "*",
  "_",
  "**a ",
  "~~a ",
  "<b>",
  "<a href='",
  "`a",
];

const REPEATED = [
  ...[
    "*a **b ",
    "**a_",
    "_a*",
    "a_*",
    "[a](",
    "[a\\]",
    "!",
    "a@",
    "\\*",
    "<!--",
    "<?",
    "`a ``b ",
    "&#1;",
    "http://",
  ],
  ...[
    "a\n-\n",
    "> a\nb\n",
    "> - a\n  b\nc\n",
    "- a\n\n",
    "|a|\n|-|\n",
    "<div>\n\n",
    "[a]: b\n",
    "```\n",
    "\n",
    " ",
  ],
];

const LONG = 30_000;

describe("10,000 deep", () => {
  test.each(NESTED)("%j", (unit) => {
    const text = unit.repeat(10_000);
    for (const end of ["", "a", "a\nb\n> c\nd", "*_~)]`'>"]) expectOnlyAllowed(pageOf(text + end));
  });
});

describe("30,000 characters of the same", () => {
  test.each(REPEATED)("%j", (unit) => {
    const text = unit.repeat(LONG / unit.length);
    expectOnlyAllowed(pageOf(text));
    expectOnlyAllowed(pageOf(text, true));
  });
});

test("a line of a million characters is shown whole", () => {
  const text = "word ".repeat(200_000).trim();
  expect(pageOf(text).textContent.length).toBe(text.length);
});

test("a list longer than a block may be goes on with its numbers", () => {
  const items = Array.from({ length: 1000 }, (_, index) => `${index + 1}. an item with some words`);
  const page = pageOf(items.join("\n"));
  expect(page.all("li").length).toBe(1000);
  const starts = page.all("ol").map(({ attributes }) => Number(attributes.get("start")));
  const sizes = page.all("ol").map((list) => list.all("li").length);
  expect(starts).toEqual(
    sizes.map((_, index) => 1 + sizes.slice(0, index).reduce((sum, size) => sum + size, 0)),
  );
});

test("lists inside each other by their indentation end at a depth", () => {
  const lines = Array.from({ length: 100 }, (_, depth) => `${"  ".repeat(depth)}- a`);
  const page = pageOf(lines.join("\n"));
  expect(page.all("ul").length).toBeLessThan(20);
  expect(page.textContent.match(/a/g)?.length).toBe(100);
});

test.each(["\n", "\r\n"])("while a reply grows, what is finished is not read again, with %j", (lineBreak) => {
  const text = `A paragraph of **words**.${lineBreak.repeat(2)}`.repeat(2000);
  const before = readDocument(text, true);
  const after = readDocument(`${text}More`, true, before);
  const kept = after.groups.filter((group, index) => group === before.groups[index]);
  expect(kept.length).toBeGreaterThanOrEqual(after.groups.length - 2);
});
