import { safeJson } from "../text/escape-untrusted-text.ts";
import type { FileReporter } from "./file-reporter.ts";

/** The report itself, as `--json` prints it; `stack report merge` and `--baseline` read it. */
export const json: FileReporter = {
  name: "json",
  summary: "for programs; its schema is docs/report.schema.json",
  render: (report) => {
    // What was judged is most of a run, and saved by --evidence.
    const results = report.results.map(({ evidence: _, ...result }) => result);
    return `${safeJson({ ...report, results }, 2)}\n`;
  },
};
