import type { TextPair } from "../../harness/define-check.ts";
import { cut, type Html, head, html, tail } from "./html-markup.ts";
import { changesBetween } from "./text-changes.ts";

/** Where two texts differ; both of them where they have too little in common. */
export function textDiff({ before, after, names }: Omit<TextPair, "title">): Html {
  const changes = changesBetween(before, after);
  const common = changes.filter(({ kind }) => kind === "common");
  const kept = common.reduce((sum, { text }) => sum + text.length, 0);
  if (kept < Math.max(before.length, after.length) * LEAST_IN_COMMON)
    return bothTexts([before, after], names);
  const parts = changes.map(({ kind, text }, index) => {
    if (kind === "removed") return html`<del>${cut(text, LONGEST_CHANGE)}</del>`;
    if (kind === "added") return html`<ins>${cut(text, LONGEST_CHANGE)}</ins>`;
    return surroundings(text, index === 0, index === changes.length - 1);
  });
  return html`<p class="quiet"><del>${names[0]} only</del> <ins>${names[1]} only</ins></p>
<pre>
${parts}</pre>\n`;
}

/** Where less of the longer text is common, the two are different texts and not one that changed. */
const LEAST_IN_COMMON = 0.4;
const LONGEST_CHANGE = 2000;

/** This much is shown of what is common before and after a change. */
const CONTEXT = 80;

function surroundings(text: string, isFirst: boolean, isLast: boolean): Html {
  const start = isFirst ? 0 : CONTEXT;
  const end = isLast ? 0 : CONTEXT;
  const omitted = text.length - start - end;
  if (omitted <= CONTEXT) return html`${text}`;
  return html`${head(text, start)}<span class="quiet">[${omitted.toLocaleString("en")} equal characters]</span>${tail(text, end)}`;
}

function bothTexts(texts: readonly [string, string], names: readonly [string, string]): Html {
  return html`${texts.map(
    (text, index) => html`<p class="quiet">${names[index]}</p>\n<pre>
${cut(text, LONGEST_CHANGE)}</pre>\n`,
  )}`;
}
