import { expect, onTestFinished, test } from "vitest";
import { foundOn } from "../../src/checks/found-in-run.ts";
import { requireMiddle } from "../../src/checks/held-back-replies.ts";
import type { RunReport } from "../../src/harness/run-report.ts";
import type { Target } from "../../src/targets/open-target.ts";
import { startTestEngine } from "../services/stand-in-engine/client.ts";
import { idsWith, judgeBackEnd } from "../support/judge-back-end.ts";
import { ODD_WIRE, type OddFault, startOddBackEnd } from "../support/odd-back-end.ts";
import { PLAIN_TEXT_WIRE, startPlainTextChat } from "../support/plain-text-chat.ts";

const SUITES = ["model-conversation", "cancel", "persistence", "isolation", "sse"];

async function judgeOdd(fault: OddFault, only: RegExp): Promise<RunReport> {
  const engine = await startTestEngine();
  const { url, close } = await startOddBackEnd(engine.url, [fault]);
  onTestFinished(close);
  return await judgeBackEnd({ url, engine: engine.url, wire: ODD_WIRE }, SUITES, only);
}

function reasonsIn({ results }: RunReport): Record<string, string> {
  return Object.fromEntries(
    results.flatMap(({ id, outcome }) => (outcome.verdict === "skipped" ? [[id, outcome.reason]] : [])),
  );
}

test("a reply that is left open for good is waited for once: the claim about the end is broken, others that need one are not judged", async () => {
  const only =
    /^(?:model-conversation\/reply|persistence\/(?:complete|saved-at-done|row-order)|isolation\/rows|sse\/(?:done|order))$/;
  const report = await judgeOdd("never-ends", only);
  expect(idsWith(report, "broken")).toEqual(["sse/done"]);
  expect(report.results.find(({ id }) => id === "sse/done")?.outcome).toMatchObject({
    found: expect.stringMatching(
      /^no end: after its last text nothing more of this reply came for \d+\.\d s$/,
    ),
  });
  const waited = expect.stringMatching(
    /an end that was not waited for again \(one before it had none in \d+ s: sse\/done/,
  );
  expect(reasonsIn(report)).toMatchObject({
    "persistence/complete": waited,
    "persistence/saved-at-done": waited,
  });
  // What they are about was seen.
  expect(idsWith(report, "holds")).toEqual(
    expect.arrayContaining(["model-conversation/reply", "persistence/row-order", "isolation/rows"]),
  );
}, 120_000);

test("replies that are held back until they are over have no middle: what needs one is not judged, and not asked for", async () => {
  const engine = await startTestEngine({ tokenDelayMs: 15 });
  const url = await startPlainTextChat(engine.url, { fault: "holds-back" });
  const report = await judgeBackEnd(
    { url, engine: engine.url, wire: PLAIN_TEXT_WIRE },
    SUITES,
    /^(?:cancel\/(?:mid-reply|silence|deleted|in-time|slots|saved)|persistence\/(?:cancelled|grows|one-reply)|sse\/pace)$/,
  );
  expect(idsWith(report, "broken")).toEqual(["sse/pace"]);
  expect(idsWith(report, "could-not-run")).toEqual([]);
  const heldBack = expect.stringMatching(
    /replies are held back here until they are over: what the engine wrote over \d+ ms came in 1 piece.*sse\/pace/,
  );
  expect(reasonsIn(report)).toMatchObject({
    "cancel/mid-reply": heldBack,
    "cancel/silence": heldBack,
    "cancel/in-time": heldBack,
    "cancel/slots": heldBack,
    "persistence/cancelled": heldBack,
    "persistence/grows": heldBack,
  });
  expect(idsWith(report, "holds")).toContain("persistence/one-reply");
}, 120_000);

test("of replies that are asked for again and again it is not said that somebody holds them back", () => {
  const targetWith = (missingAbilities: object) => ({ chat: { missingAbilities } }) as unknown as Target;
  const heldBack = { tokens: 100, writtenMs: 1_983, pieces: 1, times: 9 };
  const wordsOn = (target: Target) => {
    foundOn(target).heldBack = heldBack;
    return () => requireMiddle({ target }, { num_predict: 100 });
  };
  expect(wordsOn(targetWith({}))).toThrow("held back here");
  expect(wordsOn(targetWith({ "push replies": "polled" }))).toThrow(
    /^replies come whole here when they are over: .* could be seen$/,
  );
});

test("who speaks is shown the wrong way round: that is said by the claims about what is shown, and others are not judged for it", async () => {
  const only =
    /^(?:persistence\/(?!next-turn)|isolation\/|model-conversation\/|cancel\/(?:saved|mid-reply)$|sse\/(?:kept|done)$)/;
  const report = await judgeOdd("roles-swapped", only);
  expect(idsWith(report, "broken")).toEqual(["model-conversation/reload", "persistence/complete"]);
  for (const { outcome } of report.results.filter(({ outcome }) => outcome.verdict === "broken")) {
    expect(outcome).toMatchObject({
      found: expect.stringContaining("the message stands there as the assistant's"),
    });
  }
  expect(reasonsIn(report)).toMatchObject({
    "persistence/row-order": expect.stringContaining("who speaks is shown the wrong way round"),
    "isolation/rows": expect.stringContaining("(persistence/complete judges that)"),
  });
  // What they say of streams is judged all the same.
  expect(idsWith(report, "holds")).toEqual(
    expect.arrayContaining(["sse/kept", "sse/done", "cancel/mid-reply"]),
  );
}, 120_000);
