import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TraceReport } from "../../src/trace/trace-report.ts";
import { clearStack, prepareStack, rowsIn, type TestStack } from "../support/cli.ts";

let stack: TestStack;

beforeAll(async () => {
  stack = await prepareStack({ STACK_ENGINE_TOKEN_DELAY_MS: "10" });
  await stack.up();
});

afterAll(() => clearStack(stack));

test("a lane a hop, the figures side by side, one sentence; exit code 0, and nothing is left", async () => {
  const { exitCode, stdout, stderr } = await stack.run("trace", "--passes", "1");
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(/^ {2}"Count to 30 in Chinese" asked of each hop, model llama3\.1:8b\n/);
  for (const hop of ["engine", "gateway", "hmi"]) {
    expect(stdout).toMatch(new RegExp(`\\n {2}${hop} +[·─]*[▏▌█][·─▏▌█]+●\\n`));
  }
  expect(stdout).toMatch(/\n {2}first token +(?:[\d.]+ m?s {2,}){2}[\d.]+ m?s\n/);
  expect(stdout.trimEnd()).toMatch(/\n {2}✓ Every hop passes what it gets: first token after .+\.$/);
  expect(rowsIn(stack.database)).toEqual([]);
});

test("--html writes one page; a place that cannot be written is told before anything is asked", async () => {
  const { exitCode } = await stack.run("trace", "--passes", "1", "--html", "out/trace.html");
  expect(exitCode).toBe(0);
  expect(readFileSync(join(stack.cwd, "out", "trace.html"), "utf8")).toContain(
    "Every hop passes what it gets",
  );
  const refused = await stack.run("trace", "--html", `${stack.database}/trace.html`);
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("cannot be written") });
});

test("a hop that is broken: exit code 1, and --json is the whole trace", async () => {
  const nowhere = "http://127.0.0.1:1";
  const { exitCode, json } = await stack.json("trace", "Count to 5", "--passes", "1", "--via", nowhere);
  const report = json as TraceReport;
  expect(exitCode).toBe(1);
  expect(report.diagnosis).toEqual(report.findings[0]);
  expect(report.diagnosis).toMatchObject({ hop: "proxy", kind: "no_answer" });
  expect(report.hops.map(({ hop, url }) => [hop, url])).toEqual([
    ["engine", stack.engine],
    ["gateway", stack.gateway],
    ["hmi", stack.hmi],
    ["proxy", nowhere],
  ]);
  expect(report.hops[2]?.passes[0]).toMatchObject({
    end: "done",
    text: "1, 2, 3, 4, 5",
    row: { status: "complete" },
  });
});

test.each([
  [["--via", "nginx"], '"nginx" is not an http:// or https:// URL.'],
  [
    ["--engine", "http://127.0.0.1:1", "--gateway", "http://127.0.0.1:1", "--hmi", "http://127.0.0.1:1"],
    "Nothing answers: engine http://127.0.0.1:1",
  ],
])("%j cannot run: exit code 2, and it says why", async (flags, words) => {
  const { exitCode, stderr } = await stack.run("trace", ...flags);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(words);
});
