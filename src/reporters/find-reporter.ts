import { didYouMean } from "../config/closest-name.ts";
import { UserError } from "../errors/user-error.ts";
import type { FileReporter } from "./file-reporter.ts";
import { github, githubSummary } from "./github-reporter.ts";
import { html } from "./html/html-reporter.ts";
import { json } from "./json-reporter.ts";
import { junit } from "./junit-reporter.ts";
import { tap } from "./test-anything-reporter.ts";

/** The formats that a run can be written in. */
export const fileReporters: readonly FileReporter[] = [html, json, junit, tap, github, githubSummary];

/** The format of that name. Throws a UserError that lists what there is. */
export function findReporter(name: string): FileReporter {
  const found = fileReporters.find((reporter) => reporter.name === name);
  if (found !== undefined) return found;
  throw new UserError("bad_flag", `There is no report format "${name}".`, {
    hint:
      didYouMean(
        name,
        fileReporters.map((reporter) => reporter.name),
      ) ?? `Formats: ${reporterNames()}.`,
  });
}

/** What `--report` takes, in words. */
export function reporterNames(): string {
  return fileReporters.map(({ name }) => name).join(", ");
}
