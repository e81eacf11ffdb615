import { expect, test } from "vitest";
import type { RunReport } from "../../src/harness/run-report.ts";
import { startTestEngine } from "../services/stand-in-engine/client.ts";
import { idsWith, judgeBackEnd } from "../support/judge-back-end.ts";
import { PLAIN_TEXT_WIRE, type PlainTextFault, startPlainTextChat } from "../support/plain-text-chat.ts";
import { startUnrecordedOllama } from "../support/unrecorded-ollama.ts";

const SUITES = ["model-conversation", "persistence", "isolation"];

async function judge(only: RegExp, fault?: PlainTextFault): Promise<RunReport> {
  // Pieces that have no frames are told apart by when they come.
  const engine = await startTestEngine({ tokenDelayMs: 15 });
  const url = await startPlainTextChat(engine.url, fault && { fault });
  return await judgeBackEnd({ url, engine: engine.url, wire: PLAIN_TEXT_WIRE }, SUITES, only);
}

test("of conversations that are there with their first message, turns in parts, and refusals by the engine, all is judged", async () => {
  const report = await judge(/./);
  expect(report.results.filter(({ outcome }) => outcome.verdict === "broken")).toEqual([]);
  expect(report.results.filter(({ outcome }) => outcome.verdict === "could-not-run")).toEqual([]);
  expect(idsWith(report, "holds")).toEqual(
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
  // Told in words of that wire.
  const words = report.results.filter(({ outcome }) => outcome.verdict !== "skipped");
  expect(JSON.stringify([report.suites, words.map(({ evidence: _, ...told }) => told)])).not.toMatch(
    /model_id|BUG-|docs\/|profile/,
  );
}, 120_000);

test.each<[PlainTextFault, RegExp, string[]]>([
  ["saved-to-first", /^model-conversation\/reply$/, ["model-conversation/reply"]],
  ["left-as-whole", /^persistence\/cancelled$/, ["persistence/cancelled"]],
])("%s is seen", async (fault, only, broken) => {
  expect(idsWith(await judge(only, fault), "broken")).toEqual(broken);
});

test("a conversation that is not shown once something was said in it is no empty one", async () => {
  const report = await judge(/^persistence\/complete$/, "forgets");
  expect(report.results[0]?.outcome).toMatchObject({
    verdict: "could-not-run",
    reason: expect.stringContaining("answered 404"),
  });
});

test("an engine that cannot be told its pace, and has one slot, is asked for more until there is time to open another conversation", async () => {
  const engine = await startUnrecordedOllama({ tokenDelayMs: 15 });
  const url = await startPlainTextChat(engine);
  const report = await judgeBackEnd({ url, engine, wire: PLAIN_TEXT_WIRE }, SUITES, /^isolation\/opened-/);
  expect(report.results[0]?.outcome).toMatchObject({
    verdict: "holds",
    seen: expect.stringContaining("was opened while"),
  });
});
