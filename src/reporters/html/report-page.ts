import { type CheckResult, type RunReport, type SuiteReport, suiteOf } from "../../harness/run-report.ts";
import { countWords, troubleIn } from "../report-words.ts";
import { claimId, markOf, renderClaim } from "./claim-section.ts";
import { htmlDocument } from "./html-document.ts";
import { cut, type Html, html } from "./html-markup.ts";
import { table, timeCell } from "./html-tables.ts";
import { loadSection } from "./load-section.ts";
import { counted, milliseconds } from "./shown-units.ts";

/** What a run that was repeated often has more of is left out, first of all what holds. */
const MOST_CLAIMS = 1000;

/** After this many characters of markup, claims are told without their evidence: a larger page is slow to open. */
const MOST_DETAILS = 1_500_000;

/** The report as one page; see {@link htmlDocument}. */
export function renderPage(report: RunReport): string {
  const [verdict, title] = wholeOf(report.counts);
  return htmlDocument(
    `stack verify: ${title.toLowerCase()}`,
    html`<header>
<h1>${markOf(verdict)} ${title}</h1>
${glance(report)}</header>
<main>
${whatBroke(report.results)}${report.load && loadSection(report.load)}${suiteSections(report)}</main>
`,
  );
}

function glance(report: RunReport): Html {
  const { counts, target, seed, started_at, duration_ms, left_behind, interrupted, suites } = report;
  const facts = [
    ["target", cut(target, LONGEST_TARGET)],
    ["seed", html`<code>${seed}</code>`],
    [
      "began",
      html`<time datetime="${started_at}">${started_at.replace("T", " ").replace(/\.\d+Z$/, " UTC")}</time>`,
    ],
    ...left_behind
      .slice(0, MOST_LISTED)
      .map((what) => ["left behind", html`<strong class="trouble">${cut(what, 400)}</strong>`] as const),
  ] as const;
  return html`<p class="counts">${countWords(counts)} in ${milliseconds(duration_ms)}.${interrupted ? " Interrupted." : undefined}</p>
<dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>\n`)}</dl>
${suites.length > 1 ? suiteTable(suites) : undefined}`;
}

const LONGEST_TARGET = 2000;
const MOST_LISTED = 50;

function suiteTable(suites: readonly SuiteReport[]): Html {
  const rows = suites.map(({ name, counts, duration_ms }) => [
    name,
    counts.holds,
    counts.broken,
    counts.flaky,
    counts.skipped,
    counts.could_not_run,
    timeCell(duration_ms),
  ]);
  const columns = ["suite", "holds", "broken", "flaky", "skipped", "could not run", "took"];
  return table("Suites", columns, rows);
}

/** One glance at what is wrong, and the way to it. */
function whatBroke(results: readonly CheckResult[]): Html {
  const trouble = results.flatMap((result, index) => {
    const words = troubleIn(result);
    return words === undefined ? [] : [{ result, index, words }];
  });
  if (trouble.length === 0) return html``;
  const rest = trouble.length - MOST_LISTED;
  return html`<section>
<h2>What broke, and where to look</h2>
<ul class="trouble-list">${trouble.slice(0, MOST_LISTED).map(
    ({
      result,
      index,
      words,
    }) => html`<li>${markOf(result.outcome.verdict)} <a href="#${claimId(index)}">${cut(result.claim, 400)}</a>
<p>${cut(words, 400)}</p>
<p class="quiet">look at: ${cut(result.look_at, 400)}</p></li>\n`,
  )}</ul>
${rest > 0 ? html`<p class="quiet">${counted(rest, "more claim")} below.</p>` : undefined}</section>\n`;
}

function suiteSections({ suites, results }: RunReport): Html[] {
  const shown = mostWanted(results);
  let room = MOST_DETAILS;
  return suites.map((suite) => {
    const claims = [...results.entries()].filter(
      ([index, result]) => shown.has(index) && suiteOf(result) === suite.name,
    );
    const rest = results.filter((result) => suiteOf(result) === suite.name).length - claims.length;
    return html`<section>
<h2>${suite.name}</h2>
<p>${suite.title} <span class="quiet">${countWords(suite.counts)} in ${milliseconds(suite.duration_ms)}.</span></p>
${claims.map(([index, result]) => {
  const claim = renderClaim(result, index, room > 0);
  room -= claim.markup.length;
  return claim;
})}${rest > 0 ? html`<p class="quiet">${counted(rest, "more claim")} left out.</p>` : undefined}</section>\n`;
  });
}

/** The claims that are shown, by their places in the report. */
function mostWanted(results: readonly CheckResult[]): ReadonlySet<number> {
  const places = [...results.keys()];
  const isTrouble = (place: number): boolean => {
    const result = results[place];
    return result !== undefined && troubleIn(result) !== undefined;
  };
  const wanted = [...places.filter(isTrouble), ...places.filter((place) => !isTrouble(place))];
  return new Set(wanted.slice(0, MOST_CLAIMS));
}

/** What a run says as a whole: where nothing was judged, nothing good. */
function wholeOf(counts: RunReport["counts"]): readonly ["broken" | "skipped" | "holds", string] {
  if (counts.broken + counts.flaky + counts.could_not_run > 0) return ["broken", "Not every claim holds"];
  return counts.holds > 0 ? ["holds", "Every claim holds"] : ["skipped", "No claim was judged"];
}
