import * as z from "zod";
import { RunReportSchema } from "../../src/harness/report-schema.ts";

export const REPORT_SCHEMA_FILE = new URL("../../docs/report.schema.json", import.meta.url);

/** The text of docs/report.schema.json: what a report of a run holds, for programs that read one. */
export function renderReportSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(RunReportSchema, { io: "input" }), null, 2)}\n`;
}
