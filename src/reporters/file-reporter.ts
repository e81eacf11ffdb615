import type { RunReport } from "../harness/run-report.ts";

/** Turns a run into a file for somebody else's program, or into a page. */
export interface FileReporter {
  /** The name that `--report NAME=FILE` takes. */
  readonly name: string;
  /** Who reads it, in a few words. */
  readonly summary: string;
  render(report: RunReport): string;
}
