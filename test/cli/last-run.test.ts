import { existsSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lastFailed, rememberRun } from "../../src/cli/last-run.ts";
import type { RunReport } from "../../src/harness/run-report.ts";
import { giveAway, IS_ROOT } from "../support/other-user.ts";
import { tempFolder } from "../support/temp.ts";

function reportOf(...failed: string[]): RunReport {
  const results = failed.map((id) => ({ id, outcome: { verdict: "broken" } }));
  return { results } as unknown as RunReport;
}

test("what did not hold is remembered until all holds, in a folder for its owner only", () => {
  const folder = join(tempFolder(), ".stack");
  rememberRun(folder, reportOf("sse/done", "sse/done", "cancel/idle"));
  expect(lastFailed(folder)).toEqual(["sse/done", "cancel/idle"]);
  expect(readdirSync(folder).sort()).toEqual([".gitignore", "last-run.json"]);
  expect([folder, join(folder, "last-run.json")].map((path) => statSync(path).mode & 0o777)).toEqual([
    0o700, 0o600,
  ]);
  rememberRun(folder, reportOf());
  expect(() => lastFailed(folder)).toThrow(expect.objectContaining({ code: "nothing_selected" }));
});

test("a symbolic link is neither written through nor read", () => {
  const target = join(tempFolder({ target: "kept" }), "target");
  const folder = tempFolder();
  symlinkSync(target, join(folder, "last-run.json"));
  rememberRun(folder, reportOf("sse/done"));
  expect(readFileSync(target, "utf8")).toBe("kept");
  expect(() => lastFailed(folder)).toThrow(expect.objectContaining({ code: "state_unreadable" }));
});

test.runIf(IS_ROOT)("in another user's folder nothing is written, removed or read (as root only)", () => {
  const folder = join(tempFolder(), ".stack");
  const file = join(folder, "last-run.json");
  rememberRun(folder, reportOf("sse/done"));
  giveAway(folder, file);
  rememberRun(folder, reportOf());
  expect(existsSync(file)).toBe(true);
  rememberRun(folder, reportOf("cancel/idle"));
  expect(readFileSync(file, "utf8")).toContain("sse/done");
  expect(() => lastFailed(folder)).toThrow(expect.objectContaining({ code: "foreign_owner" }));
});
