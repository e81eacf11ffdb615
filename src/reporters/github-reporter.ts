import type { CheckResult } from "../harness/run-report.ts";
import { safeText } from "../text/escape-untrusted-text.ts";
import type { FileReporter } from "./file-reporter.ts";
import { detailsOf, troubleIn } from "./report-words.ts";

/**
 * Annotations of GitHub Actions: an error for each claim that does not hold, a notice for each that was
 * skipped. They are read from a job's standard output.
 */
export const github: FileReporter = {
  name: "github",
  summary: "annotations for a GitHub job; write it to -, which is the standard output",
  render: ({ results }) => results.flatMap(annotation).join(""),
};

function annotation(result: CheckResult): string[] {
  const { id, claim, outcome } = result;
  if (outcome.verdict === "holds") return [];
  const command = outcome.verdict === "skipped" ? "notice" : "error";
  const title = property(`${id}: ${outcome.verdict}`);
  const lines = [claim, ...(outcome.verdict === "skipped" ? [outcome.reason] : detailsOf(result))];
  return [`::${command} title=${title}::${message(lines.join("\n"))}\n`];
}

/** The job summary of GitHub Actions: what `$GITHUB_STEP_SUMMARY` takes, which is Markdown. */
export const githubSummary: FileReporter = {
  name: "github-summary",
  summary: "Markdown for the file that $GITHUB_STEP_SUMMARY names",
  render({ suites, results, counts, target, seed }) {
    const isBad = counts.broken + counts.flaky + counts.could_not_run > 0;
    const whole = counts.holds > 0 ? "every claim holds" : "no claim was judged";
    const title = isBad ? "not every claim holds" : whole;
    const rows = suites.map(
      ({ name, counts: { holds, broken, flaky, skipped, could_not_run } }) =>
        `| ${cell(name)} | ${holds} | ${broken} | ${flaky} | ${skipped} | ${could_not_run} |`,
    );
    const trouble = results.filter((result) => troubleIn(result) !== undefined);
    return `${[
      `## stack verify: ${title}`,
      "",
      `Target: ${cell(target)} Seed: ${cell(seed)}`,
      "",
      "| suite | holds | broken | flaky | skipped | could not run |",
      "| --- | --: | --: | --: | --: | --: |",
      ...rows,
      ...trouble.flatMap(({ id, claim, look_at, ...result }) => [
        "",
        `**${cell(id)}** ${cell(claim)}`,
        "",
        `- ${cell(troubleIn({ id, claim, look_at, ...result }) ?? "")}`,
        `- look at: ${cell(look_at)}`,
      ]),
    ].join("\n")}\n`;
  },
};

/** Text from a target, as plain words inside Markdown. */
function cell(text: string): string {
  return safeText(text)
    .replace(/[\\`*_[\]<>|#]/g, "\\$&")
    .replace(/\s+/g, " ");
}

function message(text: string): string {
  return safeText(text).replaceAll("%", "%25").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return message(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
