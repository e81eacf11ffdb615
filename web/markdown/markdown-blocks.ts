import type { MarkedToken, Token, Tokens } from "marked";
import { type ComponentChild, h } from "preact";
import { CodeBlock } from "./CodeBlock.ts";
import { renderFormula } from "./Formula.ts";
import { type FormulaToken, isFormula } from "./formula-syntax.ts";
import { renderCheckbox, renderInline } from "./markdown-inline.ts";
import { element } from "./safe-elements.ts";
import { directionOf, legibleText } from "./text-direction.ts";

/** By depth; `markdown-outline.ts` sets those of headings that are not inside something. */
const HEADINGS = ["h2", "h2", "h3", "h4", "h5", "h6"] as const;

/** What stands on lines of its own: paragraphs, lists, code. */
export function renderBlock(token: MarkedToken | FormulaToken): ComponentChild {
  if (isFormula(token)) return element("p", {}, renderFormula(token));
  switch (token.type) {
    case "blockquote":
      return element("blockquote", { dir: directionOf(token.raw) }, ...renderBlocks(token.tokens));
    case "checkbox":
      return renderCheckbox(token);
    case "code":
      return h(CodeBlock, { text: token.text, language: languageOf(token), isOpen: isOpen(token) });
    case "def":
    case "space":
      return null;
    case "heading":
      return element(HEADINGS[token.depth - 1] ?? "h6", { dir: "auto" }, ...renderInline(token.tokens));
    case "hr":
      return element("hr", {});
    case "html":
      return element("p", { class: "raw", dir: "auto" }, legibleText(token.raw.trim()));
    case "list":
      return renderList(token);
    case "paragraph":
      return element("p", { dir: "auto" }, ...renderInline(token.tokens));
    case "table":
      return renderTable(token);
    case "text":
      return renderInline(token.tokens ?? [token]);
    default:
      return legibleText(token.raw);
  }
}

function renderBlocks(tokens: readonly Token[]): ComponentChild[] {
  return tokens.map((token) => renderBlock(token as MarkedToken));
}

function renderList({ ordered, start, items, raw }: Tokens.List): ComponentChild {
  const children = items.map(({ task, tokens }) =>
    element("li", { class: task ? "task" : undefined }, ...renderBlocks(tokens)),
  );
  const dir = directionOf(raw);
  return ordered
    ? element("ol", { dir, start: Number(start) }, ...children)
    : element("ul", { dir }, ...children);
}

/** In a box of its own, which scrolls: the page does not. */
function renderTable({ header, rows, raw }: Tokens.Table): ComponentChild {
  const cells = (tag: "td" | "th", row: readonly Tokens.TableCell[]): ComponentChild =>
    element("tr", {}, ...row.map((cell) => renderCell(tag, cell)));
  const table = element(
    "table",
    {},
    element("thead", {}, cells("th", header)),
    rows.length > 0 && element("tbody", {}, ...rows.map((row) => cells("td", row))),
  );
  const dir = directionOf(raw);
  return element("div", { class: "table", dir, role: "group", tabIndex: 0, "aria-label": "Table" }, table);
}

function renderCell(tag: "td" | "th", { align, tokens }: Tokens.TableCell): ComponentChild {
  return element(tag, { class: align ?? undefined, dir: "auto" }, ...renderInline(tokens));
}

/** The first word after the fence: "ts" of "```ts title=a.ts". */
function languageOf({ lang = "" }: Tokens.Code): string {
  return lang.split(/[\s,{:]/, 1)[0] ?? "";
}

/** Whether the fence at the end is still to come. */
function isOpen({ raw, codeBlockStyle }: Tokens.Code): boolean {
  return codeBlockStyle !== "indented" && !/\n {0,3}(?:`{3,}|~{3,})[ \t]*\n*$/.test(raw);
}
