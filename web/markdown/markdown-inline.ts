import type { MarkedToken, Token, Tokens } from "marked";
import type { ComponentChild } from "preact";
import { renderFormula } from "./Formula.ts";
import { type FormulaToken, isFormula } from "./formula-syntax.ts";
import { decodeEntities } from "./html-entities.ts";
import { element } from "./safe-elements.ts";
import { safeUrl } from "./safe-url.ts";
import { legibleCode, legibleText } from "./text-direction.ts";

const BREAK = /^<br\s*\/?>$/i;

/** The HTML that is drawn, with nothing but text in it. All other HTML is shown as it was written. */
const DRAWN = /^<(kbd|sub|sup)>$/;

const FORMULA_MARK = /^\\[()[\]]$/;

/** What is inside a paragraph, a heading, a cell. In a link there is no further one. */
export function renderInline(tokens: readonly Token[], isInLink = false): ComponentChild[] {
  const children: ComponentChild[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const drawn = renderDrawn(tokens.slice(index, index + 3));
    children.push(drawn ?? renderToken(tokens[index] as MarkedToken, isInLink));
    if (drawn !== undefined) index += 2;
  }
  return children;
}

/** The box of a task in a list: nobody can tick it here. */
export function renderCheckbox({ checked }: Tokens.Checkbox): ComponentChild {
  return element("input", {
    type: "checkbox",
    checked,
    disabled: true,
    "aria-label": checked ? "Done" : "To do",
  });
}

function renderToken(token: MarkedToken | FormulaToken, isInLink: boolean): ComponentChild {
  if (isFormula(token)) return renderFormula(token);
  switch (token.type) {
    case "br":
      return element("br", {});
    case "checkbox":
      return renderCheckbox(token);
    case "codespan":
      return element("code", { dir: "auto" }, legibleCode(token.text));
    case "del":
    case "em":
    case "strong":
      return element(token.type, {}, ...renderInline(token.tokens, isInLink));
    case "escape":
      // Half of a formula's marks, or no formula at all: either way the backslash was meant.
      return FORMULA_MARK.test(token.raw) ? token.raw : token.text;
    case "html":
      return BREAK.test(token.raw) ? element("br", {}) : legibleText(token.raw);
    case "image":
      return renderImage(token, isInLink);
    case "link":
      return renderLink(token, isInLink);
    default:
      return textOf(token.raw);
  }
}

function renderLink(token: Tokens.Link, isInLink: boolean): ComponentChild {
  const label = token.autolink === true ? [token.text] : renderInline(token.tokens, true);
  return link(token, isInLink, token.autolink === true ? token.href : decodeEntities(token.href), label);
}

/** An image is not loaded: that would tell its server who reads this. */
function renderImage(token: Tokens.Image, isInLink: boolean): ComponentChild {
  return link(token, isInLink, decodeEntities(token.href), token.text === "" ? [] : [textOf(token.text)]);
}

function link(
  token: Token,
  isInLink: boolean,
  address: string,
  label: readonly ComponentChild[],
): ComponentChild {
  if (isInLink) return label.length === 0 ? legibleText(token.raw) : [...label];
  const href = safeUrl(address);
  if (href === undefined) return legibleText(token.raw);
  const attributes = { href, target: "_blank", rel: "noopener noreferrer nofollow", dir: "auto" } as const;
  return element("a", attributes, ...(label.length === 0 ? [address] : label));
}

function renderDrawn([open, text, close]: readonly Token[]): ComponentChild {
  const name = open?.type === "html" ? DRAWN.exec(open.raw)?.[1] : undefined;
  if (name === undefined || text?.type !== "text" || close?.raw !== `</${name}>`) return undefined;
  return element(name as "kbd" | "sub" | "sup", {}, textOf(text.raw));
}

function textOf(raw: string): string {
  return legibleText(decodeEntities(raw));
}
