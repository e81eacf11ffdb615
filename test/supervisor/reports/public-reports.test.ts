import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PUBLIC_REPORTS } from "./public-reports.ts";

test.each(PUBLIC_REPORTS)("$report: $situation", ({ file, test: title }) => {
  const source = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
  expect(source, `${file} has the test`).toContain(JSON.stringify(title));
});

test("each report is named once", () => {
  const names = PUBLIC_REPORTS.map(({ report }) => report);
  expect(names).toEqual([...new Set(names)]);
  for (const name of names) expect(name).toMatch(/^[\w.-]+\/[\w.-]+#\d+$/);
});
