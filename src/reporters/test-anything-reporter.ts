import type { CheckResult } from "../harness/run-report.ts";
import { safeText } from "../text/escape-untrusted-text.ts";
import type { FileReporter } from "./file-reporter.ts";
import { detailsOf, troubleIn } from "./report-words.ts";

/** The Test Anything Protocol, version 14 (https://testanything.org/tap-version-14-specification.html). */
export const tap: FileReporter = {
  name: "tap",
  summary: "the Test Anything Protocol, version 14",
  render({ results, target, seed }) {
    const head = [
      "TAP version 14",
      `1..${results.length}`,
      `# target: ${line(target)}`,
      `# seed: ${line(seed)}`,
    ];
    return `${[...head, ...results.flatMap(point)].join("\n")}\n`;
  },
};

function point(result: CheckResult, index: number): string[] {
  const { id, claim, outcome } = result;
  const isOk = outcome.verdict === "holds" || outcome.verdict === "skipped";
  const words = `${isOk ? "ok" : "not ok"} ${index + 1} - ${line(`${id}: ${claim}`)}`;
  if (outcome.verdict === "holds") return [words];
  if (outcome.verdict === "skipped") return [`${words} # SKIP ${line(outcome.reason)}`];
  const details = detailsOf(result).map((detail) => `    - ${JSON.stringify(safeText(detail))}`);
  const message = `  message: ${JSON.stringify(safeText(troubleIn(result) ?? ""))}`;
  return [words, "  ---", message, `  verdict: ${outcome.verdict}`, "  details:", ...details, "  ..."];
}

/** Text that cannot be taken for a line or a directive of the protocol. */
function line(text: string): string {
  return safeText(text).replace(/[\\#]/g, "\\$&").replace(/\s+/g, " ");
}
