import type { Broken } from "../../harness/define-check.ts";
import type { CheckResult, Outcome } from "../../harness/run-report.ts";
import { troubleIn } from "../report-words.ts";
import { renderEvidence } from "./evidence-view.ts";
import { cut, type Html, html } from "./html-markup.ts";
import { rowTable } from "./html-tables.ts";
import { milliseconds } from "./shown-units.ts";
import { textDiff } from "./text-diff.ts";

type Judged = Exclude<Outcome, { verdict: "flaky" }>;

/** The marks of the terminal, with what they mean. */
const MARKS: Readonly<Record<Outcome["verdict"], readonly [mark: string, words: string]>> = {
  holds: ["✓", "holds"],
  broken: ["✗", "broken"],
  flaky: ["~", "flaky"],
  skipped: ["-", "skipped"],
  "could-not-run": ["?", "could not run"],
};

export function markOf(verdict: Outcome["verdict"]): Html {
  const [mark, words] = MARKS[verdict];
  return html`<span class="mark ${verdict}" role="img" aria-label="${words}">${mark}</span>`;
}

/** Where a claim is on the page, by its place in the report: a repeated run has the same id several times. */
export function claimId(place: number): string {
  return `claim-${place + 1}`;
}

/** One claim: open where it does not hold, else folded. */
export function renderClaim(result: CheckResult, place: number, hasRoom: boolean): Html {
  const { id, claim, duration_ms, outcome } = result;
  const isTrouble = troubleIn(result) !== undefined;
  const open = isTrouble ? html` open=""` : undefined;
  const details = hasRoom
    ? renderDetails(result)
    : html`<p class="quiet">Left out, because the page is full. <code>stack verify --evidence DIR</code> saves everything.</p>\n`;
  return html`<details class="claim" id="${claimId(place)}"${open}>
<summary>${markOf(outcome.verdict)} <span class="words"><span class="title">${cut(claim, 500)}</span> <span class="quiet"><code>${id}</code> ${milliseconds(duration_ms)}</span></span></summary>
<div class="body">
${details}</div>
</details>\n`;
}

const LONGEST_TEXT = 2000;

function renderDetails(result: CheckResult): Html {
  const { outcome, attempts, look_at, why, commands = [], evidence } = result;
  const shown = outcome.verdict === "flaky" ? outcome.first : outcome;
  const facts = [
    ...(outcome.verdict === "flaky"
      ? [
          [
            "flaky",
            `held at attempt ${attempts}; before that it did not, as told here. The evidence is of the attempt that held.`,
          ],
        ]
      : []),
    ...factsOf(shown),
    ...(shown.verdict === "broken" || shown.verdict === "could-not-run" ? [["look at", look_at]] : []),
    ["why", why],
    ...(commands.length === 0 ? [] : [["try", commands.join("\n")]]),
  ];
  return html`<dl>${facts.map(([name = "", text = ""]) => html`<dt>${name}</dt><dd>${cut(text, LONGEST_TEXT)}</dd>\n`)}</dl>
${shown.verdict === "broken" ? renderBroken(shown) : undefined}${
  troubleIn(result) === undefined || evidence === undefined ? undefined : renderEvidence(evidence)
}`;
}

function factsOf(outcome: Judged): string[][] {
  switch (outcome.verdict) {
    case "holds":
      return [["seen", outcome.seen]];
    case "skipped":
      return [["skipped", outcome.reason]];
    case "could-not-run":
      return [["not run", outcome.reason]];
    case "broken":
      return [
        // Long ones are compared below.
        ...(isLong(outcome)
          ? []
          : [
              ["expected", outcome.expected],
              ["found", outcome.found],
            ]),
        ["seen", outcome.seen],
      ];
  }
}

const LONG = 120;

function isLong({ expected, found }: Broken): boolean {
  return Math.min(expected.length, found.length) > LONG;
}

function renderBroken(broken: Broken): Html {
  const { expected, found, rows = [], texts } = broken;
  return html`${
    isLong(broken) ? textDiff({ before: expected, after: found, names: ["expected", "found"] }) : undefined
  }${rows.length === 0 ? undefined : html`<h3>Rows</h3>\n${rowTable(rows)}`}${
    texts && html`<h3>${texts.title}</h3>\n${textDiff(texts)}`
  }`;
}
