import { existsSync, readFileSync } from "node:fs";
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
  const files = { GITHUB_OUTPUT: join(cwd, "output"), GITHUB_STEP_SUMMARY: join(cwd, "summary.md") };
  const options = {
    cwd,
    env: {
      ...Object.fromEntries(values),
      ...files,
      GITHUB_ACTIONS: "true",
      GITHUB_ACTION_PATH: FOLDER,
      HOME: cwd,
    },
    reject: false,
  } as const;
  const { exitCode, stdout, stderr } = await execa("bash", ["-e", "-c", run], options);
  const read = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8") : "");
  return {
    cwd,
    exitCode,
    stdout,
    stderr,
    outputs: read(files.GITHUB_OUTPUT).trim().split("\n"),
    summary: read(files.GITHUB_STEP_SUMMARY),
  };
}

test("the action runs what it is told to, and leaves its reports in the caller's project", async () => {
  const { cwd, exitCode, stdout, outputs, summary } = await runStep("verify model-conversation --in-process");
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining("9 hold, 0 broken")]);
  const read = (file: string): string => readFileSync(join(cwd, "stack-reports", file), "utf8");
  expect(read("report.xml")).toContain('<testsuites name="stack verify"');
  expect(read("report.html")).toMatch(/^<!DOCTYPE html>/i);
  expect(JSON.parse(read("report.json"))).toMatchObject({ counts: { holds: 9 } });
  expect(outputs).toEqual(["exit-code=0", "holds=9", "broken=0", "flaky=0", "skipped=0", "could-not-run=0"]);
  expect(summary).toContain("## stack verify: every claim holds");
});

test("bad news is told by the exit code, the outputs, annotations and the summary", async () => {
  const { exitCode, stdout, outputs, summary } = await runStep(
    "verify models --in-process --fault models-hard-coded",
  );
  expect(exitCode).toBe(1);
  expect(outputs).toContain("broken=1");
  expect(outputs).toContain("exit-code=1");
  expect(stdout).toContain("::error title=models/list%3A broken::");
  expect(summary).toContain("**models/list**");
});

test("quotes are read as in a shell, and every command is taken", async () => {
  const quoted = await runStep(`verify models --in-process --grep "the list|it has" --list`);
  expect([quoted.exitCode, quoted.stderr]).toEqual([0, ""]);
  expect(quoted.stdout).toContain("models/unknown");
  const status = await runStep("status --json");
  expect(JSON.parse(status.stdout)).toHaveProperty("services");
  expect(status.outputs).toEqual([`exit-code=${status.exitCode}`]);
  const open = await runStep('verify "models');
  expect([open.exitCode, open.stderr]).toEqual([2, expect.stringContaining("a quote that is not closed")]);
});

test("an input is words of a command line, and never a part of the script", async () => {
  const { cwd, exitCode, stderr } = await runStep('verify "$(touch pwned)" ; touch pwned');
  expect(exitCode).toBe(2);
  expect(stderr).toContain("There is no suite");
  expect(existsSync(join(cwd, "pwned"))).toBe(false);
});
