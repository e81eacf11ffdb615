import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { tempFolder } from "./support/temp.ts";

const FOLDER = fileURLToPath(new URL("../.github/actions/stack", import.meta.url));
const ACTION = parse(readFileSync(join(FOLDER, "action.yml"), "utf8"));

/** Runs the action's second step as a runner does, in the folder of somebody else's project. */
async function runStep(command: string) {
  const cwd = tempFolder();
  const { run, env } = ACTION.runs.steps[1];
  const inputs: Record<string, string> = { command, reports: ACTION.inputs.reports.default };
  const values = Object.entries<string>(env).map(([name, value]) => [
    name,
    value.replace(/\$\{\{ inputs\.(\w+) \}\}/g, (_, input: string) => inputs[input] ?? ""),
  ]);
  const options = {
    cwd,
    env: { ...Object.fromEntries(values), GITHUB_ACTION_PATH: FOLDER },
    reject: false,
  } as const;
  const { exitCode, stdout, stderr } = await execa("bash", ["-e", "-c", run], options);
  return { cwd, exitCode, stdout, stderr };
}

test("the action runs what it is told to, and leaves its reports in the caller's project", async () => {
  const { cwd, exitCode, stdout } = await runStep("verify model-conversation --in-process");
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining("9 hold, 0 broken")]);
  const read = (file: string): string => readFileSync(join(cwd, "stack-reports", file), "utf8");
  expect(read("report.xml")).toContain('<testsuites name="stack verify"');
  expect(read("report.html")).toMatch(/^<!DOCTYPE html>/i);
  expect(JSON.parse(read("report.json"))).toMatchObject({ counts: { holds: 9 } });
});

test("an input is words of a command line, and never a part of the script", async () => {
  const { exitCode, stderr } = await runStep('verify "$(touch pwned)" ; touch pwned');
  expect(exitCode).toBe(2);
  expect(stderr).toContain("There is no suite");
});
