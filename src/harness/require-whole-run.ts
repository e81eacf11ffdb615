import { UserError } from "../errors/user-error.ts";
import type { RunReport } from "./run-report.ts";

/** A report, and the file that it was read from. */
export interface ReportInFile {
  readonly file: string;
  readonly report: RunReport;
}

/**
 * Sees that the shards among these reports are one whole run: each once, all of the same number of parts. Reports of
 * whole runs pass. Throws a UserError `shards_incomplete` that names what is missing or stands twice, since a job that
 * died would else look like claims that hold.
 */
export function requireWholeRun(reports: readonly ReportInFile[]): void {
  const shards = reports.flatMap(({ file, report: { shard } }) =>
    shard === undefined ? [] : [{ file, ...shard }],
  );
  const [first] = shards;
  if (first === undefined) return;
  const other = shards.find(({ of }) => of !== first.of);
  if (other !== undefined) {
    throw incomplete(
      `${first.file} is shard ${first.index}/${first.of}, and ${other.file} is ${other.index}/${other.of}: they are parts of different runs.`,
    );
  }
  for (const [place, { index, of, file }] of shards.entries()) {
    const again = shards.slice(place + 1).find((shard) => shard.index === index);
    if (again !== undefined)
      throw incomplete(`Shard ${index}/${of} is there twice: ${file} and ${again.file}.`);
  }
  const there = new Set(shards.map(({ index }) => index));
  const missing = Array.from({ length: first.of }, (_, place) => place + 1).filter(
    (index) => !there.has(index),
  );
  if (missing.length === 0) return;
  const names = missing.map((index) => `${index}/${first.of}`).join(", ");
  throw incomplete(`Of the shards, ${names} ${missing.length === 1 ? "is" : "are"} missing.`);
}

function incomplete(message: string): UserError {
  return new UserError("shards_incomplete", message, {
    hint: "Give it the report of each shard once; one that is missing is of a job that failed before it wrote it.",
  });
}
