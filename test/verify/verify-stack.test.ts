import { createServer } from "node:http";
import { expect, test } from "vitest";
import { drillSuite } from "../../src/checks/drill/drill-suite.ts";
import { suites } from "../../src/checks/suites.ts";
import type { RunEvent } from "../../src/harness/run-report.ts";
import { findSuites, verify } from "../../src/verify/verify-stack.ts";
import { everythingIn, say, startTestStack } from "../support/hmi.ts";
import { listenOnAnyPort } from "../support/listen.ts";

const suite = "model-conversation";

test("a fresh stack in this process needs nothing, and nine claims hold", async () => {
  const report = await verify({ suite, target: "in-process" });
  expect(report).toMatchObject({
    suites: [{ name: suite }],
    target: "a fresh stack in this process, with the engine stand-in.",
    counts: { holds: 9, broken: 0, flaky: 0, skipped: 0, could_not_run: 0 },
    left_behind: [],
    interrupted: false,
  });
  expect(report.fault).toBeUndefined();
});

test("several runs at once do not disturb each other", async () => {
  const reports = await Promise.all(
    ["none", "reply-without-model-id", "given-session-ignored"].map((fault) =>
      verify({ suite, target: "in-process", fault }),
    ),
  );
  expect(reports.map(({ counts }) => counts.broken)).toEqual([0, 2, 1]);
});

test("a stack is verified by its URLs, and all that was made is gone again", async () => {
  const stack = await startTestStack();
  const report = await verify({ suite, target: stack, describeTarget: "my stack" });
  expect(report.counts).toMatchObject({ holds: 9 });
  expect(report.target).toBe(
    `my stack (gateway ${stack.gateway}, hmi ${stack.hmi}, the engine stand-in at ${stack.engine})`,
  );
  expect(await everythingIn(stack.hmi)).toMatchObject({ profiles: [], sessions: [], total: 0 });
});

test("what a user wrote meanwhile where the checks wrote is left, and told", async () => {
  const stack = await startTestStack();
  let user: Promise<void> | undefined;
  const onEvent = (event: RunEvent): void => {
    if (event.type === "check-ended") user ??= say(stack.hmi, "I am a user, and talk in between.");
  };
  const report = await verify({ suite, target: stack, onEvent });
  await user;
  expect(report.counts).toMatchObject({ broken: 0 });
  expect(report.left_behind).toEqual([
    expect.stringMatching(
      /^deleting (?:conversation \d+|general conversations that the target made): somebody else wrote into it meanwhile, so it was left$/,
    ),
  ]);
  const left = await everythingIn(stack.hmi);
  expect(left).toMatchObject({ profiles: [], total: 1 });
  expect(JSON.stringify(left)).toContain("I am a user, and talk in between.");
});

test("the evidence of a check can be saved, and judged again to the same verdict", async () => {
  const { results } = await verify({ suite, target: "in-process", fault: "reply-without-model-id" });
  const checks = findSuites(suite).flatMap((each) => each.checks);
  for (const { id, evidence, outcome } of results) {
    const saved = JSON.parse(JSON.stringify(evidence));
    expect(checks.find((check) => check.id === id)?.judge(saved as never)).toEqual(outcome);
  }
});

test("a fault belongs into a stack of our own", async () => {
  const stack = await startTestStack();
  await expect(verify({ suite, target: stack, fault: "none" })).rejects.toMatchObject({
    code: "bad_flag",
    hint: "Add --in-process.",
  });
});

test("an unknown suite is refused with those that there are", async () => {
  await expect(verify({ suite: "everything", target: "in-process" })).rejects.toMatchObject({
    code: "unknown_suite",
    hint: `Suites: ${[...suites, drillSuite].map(({ name }) => name).join(", ")}.`,
  });
});

test("an HMI that does not answer is an error, not nine checks that could not run", async () => {
  const target = { hmi: "http://127.0.0.1:1", gateway: "http://127.0.0.1:1", engine: "http://127.0.0.1:1" };
  await expect(verify({ suite, target })).rejects.toMatchObject({ code: "unreachable", exitCode: 2 });
});

test("a server that is no HMI lets no claim hold", async () => {
  const url = await listenOnAnyPort(createServer((_, response) => response.writeHead(404).end("no")));
  const report = await verify({ suite, target: { hmi: url, gateway: url, engine: url } });
  expect(report.counts).toMatchObject({ holds: 0, skipped: 1, could_not_run: 8 });
});

test("a run that is ended early undoes what it made, and says that it was ended", async () => {
  const stack = await startTestStack();
  const interrupt = new AbortController();
  const onEvent = (event: RunEvent): void => {
    if (event.type === "check-started" && event.id.endsWith("/summary")) interrupt.abort();
  };
  const report = await verify({ suite, target: stack, signal: interrupt.signal, onEvent });
  expect(report).toMatchObject({ interrupted: true, left_behind: [], counts: { could_not_run: 1 } });
  expect(await everythingIn(stack.hmi)).toMatchObject({ profiles: [], total: 0 });
});

test("a run that is ended before it began rejects with the reason", async () => {
  const reason = new Error("Ctrl-C");
  const stack = await startTestStack();
  const signal = AbortSignal.abort(reason);
  await expect(verify({ suite, target: stack, signal })).rejects.toBe(reason);
});

test("a claim that takes longer than its deadline has no verdict", async () => {
  const stack = await startTestStack();
  const report = await verify({ suite, target: stack, deadlineMs: 1 });
  expect(report.counts).toMatchObject({ holds: 0 });
  expect(report.results[0]?.outcome).toEqual({
    verdict: "could-not-run",
    reason: "not finished after 0.001 s",
  });
  expect(await everythingIn(stack.hmi)).toMatchObject({ profiles: [], total: 0 });
});
