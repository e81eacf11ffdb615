import { type Timing, timingOf } from "./clock.ts";
import { eventTable } from "./event-table.ts";
import type { Scene } from "./evidence.ts";
import { cut, type Html, html } from "./markup.ts";
import { drawPicture } from "./picture.ts";
import { wordsOf } from "./stream-words.ts";
import { counted } from "./units.ts";

/** A stream on a time line, the same in words, and its events in a folded table. */
export function timeLine(scene: Scene): Html {
  const { stream, path } = scene;
  const timing = timingOf(scene);
  const words = wordsOf(stream, timing);
  const place = path === "" ? undefined : html`, evidence at <code>${cut(path, 200)}</code>`;
  return html`<figure>
<figcaption><code>${cut(stream.request, 300)}</code> <span class="quiet">answered ${stream.status}${place}</span></figcaption>
${drawPicture(stream, timing, words.join("; "))}
<ul class="legend">${words.map((word) => html`<li>${word}</li>`)}</ul>
${notesOf(timing).map((note) => html`<p class="quiet">${note}</p>\n`)}${eventTable(stream)}
</figure>\n`;
}

function notesOf({ untimedCancels, bars, isEngineTimed }: Timing): string[] {
  const notes: string[] = [];
  if (untimedCancels > 0) {
    notes.push(`${counted(untimedCancels, "cancel")} not drawn: nobody wrote down when it was sent.`);
  }
  if (bars.length > 0 && !isEngineTimed) {
    notes.push("Client and engine share no clock here: the engine is drawn as if it began with the request.");
  }
  return notes;
}
