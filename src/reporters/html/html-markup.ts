import { safeText } from "../../text/escape-untrusted-text.ts";

/** Markup that stands in the page as it is. `html` makes it of everything that anybody else said. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

type Part = Html | string | number | undefined | readonly Part[];

/**
 * A piece of the page. Values are escaped, whether they stand in text or in a double-quoted attribute, and
 * what is invisible in them is made visible; markup and lists of it are taken as they are.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(String.raw({ raw: strings }, ...parts.map(markupOf)));
}

/** At most this many characters of a text, and how many are left out. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const start = head(text, most);
  return `${start}… (${(text.length - start.length).toLocaleString("en")} more characters)`;
}

/** The first characters of a text, this many; half of a surrogate pair would look like the target's mistake. */
export function head(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, "");
}

/** The last characters of a text, this many. */
export function tail(text: string, length: number): string {
  return length === 0 ? "" : text.slice(-length).replace(/^[\udc00-\udfff]/, "");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function markupOf(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Html) return part.markup;
  if (typeof part === "object") return part.map(markupOf).join("");
  return safeText(String(part)).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
