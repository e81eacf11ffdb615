import { outline } from "./evidence-outline.ts";
import { type Html, html } from "./html-markup.ts";
import { callTable } from "./html-tables.ts";
import { readEvidence } from "./read-evidence.ts";
import { counted } from "./shown-units.ts";
import { textDiff } from "./text-diff.ts";
import { timeLine } from "./time-line.ts";

const MOST_STREAMS = 12;
const MOST_PAIRS = 4;

/** What a check has seen: its streams drawn, texts that differ, its requests, and all of it as it is, folded. */
export function renderEvidence(evidence: unknown): Html {
  const { scenes, calls, pairs } = readEvidence(evidence);
  return html`${scenes.slice(0, MOST_STREAMS).map(timeLine)}${more(scenes.length - MOST_STREAMS, "stream")}${pairs
    .slice(0, MOST_PAIRS)
    .map(
      ({ streamed, stored }) => html`<h3>The reply as it was streamed, and as it was stored</h3>
${textDiff({ before: streamed, after: stored, names: ["streamed", "stored"] })}`,
    )}${more(pairs.length - MOST_PAIRS, "reply", "replies")}${
    calls.length === 0 ? undefined : html`<h3>Requests</h3>\n${callTable(calls)}`
  }${rawEvidence(evidence)}`;
}

function rawEvidence(evidence: unknown): Html {
  const { text, leftOut } = outline(evidence);
  const note =
    leftOut > 0
      ? html`<p class="quiet">${counted(leftOut, "value")} of it left out. <code>stack verify --evidence DIR</code> saves everything.</p>\n`
      : undefined;
  return html`<details><summary>The evidence as it is</summary>
${note}<pre class="raw" tabindex="0">
${text}</pre></details>\n`;
}

function more(count: number, singular: string, plural?: string): Html | undefined {
  return count > 0
    ? html`<p class="quiet">${counted(count, `more ${singular}`, plural && `more ${plural}`)} not drawn.</p>\n`
    : undefined;
}
