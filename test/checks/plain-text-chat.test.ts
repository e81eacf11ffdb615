import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import type { RunReport } from "../../src/harness/run-report.ts";
import { verify } from "../../src/verify/verify-stack.ts";
import { startTestEngine } from "../services/engine/client.ts";
import { PLAIN_TEXT_WIRE, type PlainTextFault, startPlainTextChat } from "../support/plain-text-chat.ts";

const SUITES = ["model-conversation", "persistence", "isolation"];

async function judge(only: RegExp, fault?: PlainTextFault): Promise<RunReport> {
  // Pieces that have no frames are told apart by when they come.
  const engine = await startTestEngine({ tokenDelayMs: 15 });
  const url = await startPlainTextChat(engine.url, fault && { fault });
  const contract = { ...DEFAULT_CONFIG.contract, driver: "described", wire: PLAIN_TEXT_WIRE };
  const target = {
    hmi: url,
    gateway: "http://127.0.0.1:9",
    engine: engine.url,
    contract,
    settings: { heartbeatMs: 300 },
  };
  return await verify({ suite: SUITES, grep: only, target });
}

const verdicts = ({ results }: RunReport, verdict: string): string[] =>
  results.filter(({ outcome }) => outcome.verdict === verdict).map(({ id }) => id);

test("of conversations that are there with their first message, turns in parts, and refusals by the engine, all is judged", async () => {
  const report = await judge(/./);
  expect(report.results.filter(({ outcome }) => outcome.verdict === "broken")).toEqual([]);
  expect(report.results.filter(({ outcome }) => outcome.verdict === "could-not-run")).toEqual([]);
  expect(verdicts(report, "holds")).toEqual(
    expect.arrayContaining([
      "model-conversation/user-message",
      "model-conversation/reply",
      "model-conversation/given-session",
      "model-conversation/reload",
      "persistence/complete",
      "persistence/cancelled",
      "persistence/failed",
      "persistence/user-message",
      "persistence/one-reply",
      "persistence/settled",
      "persistence/next-turn",
      "isolation/opened-meanwhile",
    ]),
  );
  expect(report.left_behind).toEqual([]);
}, 120_000);

test.each<[PlainTextFault, RegExp, string[]]>([
  ["saved-to-first", /^model-conversation\/reply$/, ["model-conversation/reply"]],
  ["left-as-whole", /^persistence\/cancelled$/, ["persistence/cancelled"]],
])("%s is seen", async (fault, only, broken) => {
  expect(verdicts(await judge(only, fault), "broken")).toEqual(broken);
});

test("a conversation that is not shown once something was said in it is no empty one", async () => {
  const report = await judge(/^persistence\/complete$/, "forgets");
  expect(report.results[0]?.outcome).toMatchObject({
    verdict: "could-not-run",
    reason: expect.stringContaining("answered 404"),
  });
});
