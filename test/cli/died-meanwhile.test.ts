import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { examine } from "../../src/doctor/run-doctor.ts";
import type { TraceReport } from "../../src/trace/trace-report.ts";
import { PATIENTLY, testStack } from "../support/cli.ts";
import { rungOf } from "../support/doctor.ts";

test("a service that dies while the doctor looks is the cause, with how it ended and who runs in its place", async () => {
  const stack = await testStack();
  await stack.up();
  const pid = stack.pids().gateway ?? 0;
  const config = await loadConfig({ cwd: stack.cwd, env: stack.env, file: undefined });
  const { signal } = new AbortController();
  const onStart = ({ id }: { readonly id: string }): void => {
    if (id === "gateway/chat") process.kill(pid, "SIGKILL");
  };
  const report = await examine({ config, env: stack.env, signal, onStart });
  const { problem } = rungOf(report, "gateway/chat");
  expect(problem).toMatchObject({
    cause: expect.stringMatching(
      new RegExp(
        `^Process ${pid} of the service gateway has ended meanwhile: it was ended by SIGKILL; .+\\. Its last words are in .+gateway\\.log\\.$`,
      ),
    ),
    next: "stack logs gateway",
  });
  await expect.poll(() => stack.pids().gateway, PATIENTLY).not.toBe(pid);
  expect(problem?.cause).toMatch(/process \d+ runs in its place|no other has been started yet/);
});

test("a trace names the service that died under it", async () => {
  const stack = await testStack({ STACK_ENGINE_TOKEN_DELAY_MS: "60" });
  await stack.up();
  const pid = stack.pids().gateway ?? 0;
  const run = stack.run("trace", "--json", "--passes", "1");
  await expect.poll(async () => await openReplies(stack.gateway), PATIENTLY).toBeGreaterThan(0);
  process.kill(pid, "SIGKILL");
  const { exitCode, stdout } = await run;
  const { diagnosis } = JSON.parse(stdout) as TraceReport;
  expect(exitCode).toBe(1);
  expect(diagnosis).toMatchObject({
    hop: "gateway",
    sentence: expect.stringContaining(
      `Process ${pid} of the service gateway has ended meanwhile: it was ended by SIGKILL; `,
    ),
  });
});

async function openReplies(gateway: string): Promise<number> {
  const health = await fetch(`${gateway}/health`).then(
    (answer) => answer.json(),
    () => ({}),
  );
  return Number((health as { active_streams?: number }).active_streams ?? 0);
}
