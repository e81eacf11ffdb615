import { outline } from "./evidence-outline.ts";
import { type Html, html } from "./html-markup.ts";
import { callTable } from "./html-tables.ts";
import { readEvidence } from "./read-evidence.ts";
import { counted } from "./shown-units.ts";
import { timeLine } from "./time-line.ts";

const MOST_STREAMS = 12;

/** What a check has seen: its streams drawn, its requests, and all of it as it is, folded. */
export function renderEvidence(evidence: unknown): Html {
  const { scenes, calls } = readEvidence(evidence);
  return html`${scenes.slice(0, MOST_STREAMS).map(timeLine)}${moreStreams(scenes.length - MOST_STREAMS)}${
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

function moreStreams(count: number): Html | undefined {
  return count > 0 ? html`<p class="quiet">${counted(count, "more stream")} not drawn.</p>\n` : undefined;
}
