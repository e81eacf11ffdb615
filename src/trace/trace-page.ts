import { htmlDocument } from "../reporters/html/html-document.ts";
import { cut, type Html, html } from "../reporters/html/html-markup.ts";
import { table } from "../reporters/html/html-tables.ts";
import { figureTable, headline, shownPass, warmUpWords } from "./hop-figures.ts";
import type { HopObservation, TracedEngineRequest, TraceFinding, TraceReport } from "./trace-report.ts";
import { drawTracePicture } from "./trace-svg.ts";

/** A trace as one page that asks for nothing: the sentence, the time line, the figures, what was said. */
export function renderTracePage(report: TraceReport): string {
  const { ok, diagnosis, findings, not_told, warm_up, started_at, left_behind } = report;
  const { columns, rows } = figureTable(report);
  return htmlDocument(
    `stack trace: ${ok ? "every hop passes what it gets" : (diagnosis.hop ?? "nothing can be said")}`,
    html`<header>
<h1><span class="mark ${ok ? "holds" : "broken"}">${ok ? "✓" : "✗"}</span> ${diagnosis.sentence}</h1>
${nextStep(diagnosis.next)}<p class="quiet">${headline(report)}. ${warm_up === null ? undefined : warmUpWords(warm_up)} <time datetime="${started_at}">${started_at}</time></p>
</header>
<main>
${otherFindings(findings.slice(1))}<figure>
<figcaption>Each hop, from when the message was sent to it</figcaption>
${drawTracePicture(report)}
</figure>
${table("Figures", ["", ...columns], rows)}
${list("What is not told", not_told)}${list("Left behind", left_behind)}<h2>What each hop said</h2>
${report.hops.map(hopSection)}</main>
`,
  );
}

function nextStep(next: string | null): Html | undefined {
  return next === null ? undefined : html`<p>→ <code>${next}</code></p>\n`;
}

function otherFindings(findings: readonly TraceFinding[]): Html | undefined {
  if (findings.length === 0) return undefined;
  const items = findings.map(
    ({ sentence, next }) => html`<li><span class="mark broken">✗</span> ${sentence}${nextStep(next)}</li>\n`,
  );
  return html`<ul class="trouble-list">${items}</ul>\n`;
}

function list(title: string, sentences: readonly string[]): Html | undefined {
  if (sentences.length === 0) return undefined;
  return html`<h2>${title}</h2>\n<ul>${sentences.map((each) => html`<li>${each}</li>\n`)}</ul>\n`;
}

/** More of a reply than this is no longer looked at. */
const LONGEST_SHOWN = 4_000;

/** What a request at the engine is called, by what it was for. */
const REQUESTS: Readonly<Record<TracedEngineRequest["purpose"], string>> = {
  reply: "its engine",
  again: "asked again",
  other: "before it",
};

function hopSection(hop: HopObservation): Html {
  const pass = shownPass(hop);
  if (pass === undefined) return html``;
  const { request, problem, failure, text, thoughts, headers, engine_requests } = pass;
  const facts = [
    ["asked", `${hop.url}, ${request}`],
    ...(problem === null ? [] : [["answered", problem]]),
    ...(failure === null ? [] : [["failed", `${failure.code ?? ""} ${failure.message}`]]),
    ...(thoughts === "" ? [] : [["thoughts", cut(thoughts, LONGEST_SHOWN)]]),
    ["text", cut(text, LONGEST_SHOWN)],
    [
      "headers",
      Object.entries(headers)
        .map(([name, value]) => `${name}: ${value}`)
        .join("\n"),
    ],
    ...(engine_requests ?? []).map(({ purpose, model, messages, asked, options }) => [
      REQUESTS[purpose],
      `${model}, ${messages ?? "no"} messages, ${JSON.stringify(options)}: ${asked}`,
    ]),
  ];
  return html`<h3>${hop.hop}</h3>
<dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>\n`)}</dl>\n`;
}
