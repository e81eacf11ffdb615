import { appendFileSync } from "node:fs";
import type { RunReport } from "../harness/run-report.ts";
import { github, githubSummary } from "../reporters/github-reporter.ts";
import { printReport } from "./print-to-stdout.ts";

/** In a job of GitHub Actions: annotations on the standard output, and the job's summary. Elsewhere nothing. */
export function reportOnGithub(report: RunReport, env: NodeJS.ProcessEnv, isOutputTaken: boolean): void {
  if (env["GITHUB_ACTIONS"] !== "true") return;
  // Under --json, or with a report there, the standard output is that alone.
  if (!isOutputTaken) printReport(github.render(report));
  const file = env["GITHUB_STEP_SUMMARY"];
  if (file !== undefined && file !== "") appendFileSync(file, githubSummary.render(report));
}
