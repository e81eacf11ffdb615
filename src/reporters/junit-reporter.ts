import type { LoadReport } from "../harness/load-report.ts";
import { type CheckResult, type RunReport, type SuiteReport, suiteOf } from "../harness/run-report.ts";
import { safeText } from "../text/escape-untrusted-text.ts";
import type { FileReporter } from "./file-reporter.ts";
import { SHOWN_PERCENTILES, SHOWN_TIMES } from "./load-words.ts";
import { detailsOf, troubleIn } from "./report-words.ts";

/**
 * JUnit's XML, in the dialect that CI servers agree on: a broken or flaky claim is a failure, what could not
 * run is an error (https://github.com/testmoapp/junitxml).
 */
export const junit: FileReporter = {
  name: "junit",
  summary: "XML for CI servers",
  render(report) {
    const { counts, duration_ms, target, seed } = report;
    const attributes = {
      name: "stack verify",
      tests: report.results.length,
      failures: counts.broken + counts.flaky,
      errors: counts.could_not_run,
      skipped: counts.skipped,
      time: seconds(duration_ms),
      timestamp: report.started_at,
    };
    const properties = element("properties", {}, [
      element("property", { name: "target", value: target }),
      element("property", { name: "seed", value: seed }),
      ...(report.load === undefined ? [] : loadProperties(report.load)),
    ]);
    const suites = report.suites.map((suite) => suiteElement(suite, report));
    const body = element("testsuites", attributes, [properties, ...suites]);
    return `<?xml version="1.0" encoding="UTF-8"?>\n${body}\n`;
  },
};

/** What a load run has measured, a property a figure: `load.20.first_token_ms.p95`. */
function loadProperties({ steps, knee }: LoadReport): string[] {
  const property = (name: string, value: string | number): string =>
    element("property", { name: `load.${name}`, value });
  return [
    property("knee", knee.words),
    ...steps.flatMap((step) => [
      property(`${step.users}.tokens_per_s`, step.tokens_per_s),
      ...Object.entries(step.messages).map(([name, count]) => property(`${step.users}.${name}`, count)),
      ...SHOWN_TIMES.flatMap(([, key]) => {
        const times = step[key];
        if (times === null) return [];
        return SHOWN_PERCENTILES.map(([, p]) => property(`${step.users}.${key}.${p}`, times[p]));
      }),
    ]),
  ];
}

function suiteElement(suite: SuiteReport, report: RunReport): string {
  const results = report.results.filter((result) => suiteOf(result) === suite.name);
  const attributes = {
    name: suite.name,
    tests: results.length,
    failures: suite.counts.broken + suite.counts.flaky,
    errors: suite.counts.could_not_run,
    skipped: suite.counts.skipped,
    time: seconds(suite.duration_ms),
    timestamp: report.started_at,
  };
  return element("testsuite", attributes, results.map(caseElement));
}

function caseElement(result: CheckResult): string {
  const attributes = { classname: suiteOf(result), name: result.claim, time: seconds(result.duration_ms) };
  const { verdict } = result.outcome;
  if (verdict === "holds") return element("testcase", attributes);
  const message = troubleIn(result) ?? detailsOf(result).join(" ");
  if (verdict === "skipped") return element("testcase", attributes, [element("skipped", { message })]);
  const name = verdict === "could-not-run" ? "error" : "failure";
  const text = toXmlText([result.id, ...detailsOf(result)].join("\n"));
  return element("testcase", attributes, [element(name, { message, type: verdict }, [text])]);
}

function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: string[] = [],
): string {
  const words = Object.entries(attributes).map(([key, value]) => ` ${key}="${toXmlText(String(value))}"`);
  if (children.length === 0) return `<${name}${words.join("")}/>`;
  return `<${name}${words.join("")}>\n${children.join("\n")}\n</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
  "\t": "&#9;",
};

/** Control characters have no place in XML 1.0, not even escaped: they are spelled out. */
function toXmlText(text: string): string {
  return safeText(text).replace(/[&<>"\n\t]/g, (character) => ENTITIES[character] ?? character);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
