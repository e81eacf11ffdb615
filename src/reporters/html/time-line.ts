import { drawPicture } from "./call-chart.ts";
import { type Timing, timingOf } from "./call-timing.ts";
import { eventTable } from "./event-table.ts";
import { wordsOf } from "./event-words.ts";
import { cut, type Html, html } from "./html-markup.ts";
import type { EvidenceScene } from "./read-evidence.ts";

/** A stream on a time line, the same in words, and its events in a folded table. */
export function timeLine(scene: EvidenceScene): Html {
  const { stream, path } = scene;
  const timing = timingOf(scene);
  const words = wordsOf(stream, timing);
  const place = path === "" ? undefined : html`, evidence at <code>${cut(path, 200)}</code>`;
  return html`<figure>
<figcaption><code>${cut(stream.request, 300)}</code> <span class="quiet">answered ${stream.status}${place}</span></figcaption>
${drawPicture(stream, timing, words.join("; "))}
<ul class="legend">${words.map((word) => html`<li>${word}</li>`)}</ul>
${clockNote(timing)}${eventTable(stream)}
</figure>\n`;
}

function clockNote({ bars, isEngineTimed }: Timing): Html | undefined {
  if (bars.length === 0 || isEngineTimed) return undefined;
  return html`<p class="quiet">By the clocks the engine did this at another time: it is drawn as if it began with the request.</p>\n`;
}
