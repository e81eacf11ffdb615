import * as z from "zod";
import { LoadReportSchema } from "./load-report-schema.ts";
import type { RunReport } from "./run-report.ts";

const Holds = z.object({ verdict: z.literal("holds"), seen: z.string() });
const Broken = z.object({
  verdict: z.literal("broken"),
  expected: z.string(),
  found: z.string(),
  seen: z.string(),
  late_ms: z.number().optional(),
  cause: z
    .object({ fault: z.string(), look_at: z.string().optional(), within: z.array(z.string()).optional() })
    .optional(),
  rows: z.array(z.unknown()).optional(),
  texts: z
    .object({
      title: z.string(),
      names: z.tuple([z.string(), z.string()]),
      before: z.string(),
      after: z.string(),
    })
    .optional(),
});
const CouldNotRun = z.object({ verdict: z.literal("could-not-run"), reason: z.string() });
const Outcome = z.discriminatedUnion("verdict", [
  Holds,
  Broken,
  CouldNotRun,
  z.object({ verdict: z.literal("skipped"), reason: z.string() }),
  z.object({
    verdict: z.literal("flaky"),
    first: z.discriminatedUnion("verdict", [Holds, Broken, CouldNotRun]),
    seen: z.string(),
  }),
]);

const count = z.int().min(0);
const Counts = z.object({ holds: count, broken: count, flaky: count, skipped: count, could_not_run: count });
const milliseconds = z.number().min(0);

/** The shape of a report in a file: what programs may rely on. Readers accept fields that are not named here. */
export const RunReportSchema = z.object({
  report_version: z.literal(1),
  target: z.string(),
  seed: z.string(),
  shard: z.object({ index: z.int().min(1), of: z.int().min(1) }).optional(),
  started_at: z.iso.datetime(),
  duration_ms: milliseconds,
  suites: z.array(
    z.object({ name: z.string(), title: z.string(), duration_ms: milliseconds, counts: Counts }),
  ),
  results: z.array(
    z.object({
      id: z.string(),
      claim: z.string(),
      why: z.string(),
      look_at: z.string(),
      duration_ms: milliseconds,
      attempts: count,
      outcome: Outcome,
      lacks: z.string().optional(),
      commands: z.array(z.string()).optional(),
    }),
  ),
  counts: Counts,
  left_behind: z.array(z.string()),
  interrupted: z.boolean(),
  stopped_early: z.boolean().optional(),
  load: LoadReportSchema.optional(),
});

/** The report in a parsed file; undefined where it is none. */
export function asReport(value: unknown): RunReport | undefined {
  return RunReportSchema.safeParse(value).success ? (value as RunReport) : undefined;
}
