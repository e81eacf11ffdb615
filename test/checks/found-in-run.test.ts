import { expect, onTestFinished, test } from "vitest";
import { foundOn } from "../../src/checks/found-in-run.ts";
import { requireMiddle } from "../../src/checks/held-back-replies.ts";
import { endedInWords } from "../../src/checks/stream-endings.ts";
import type { RunReport } from "../../src/harness/run-report.ts";
import type { SeenStream } from "../../src/targets/http-client.ts";
import type { Target } from "../../src/targets/open-target.ts";
import { startTestEngine } from "../services/stand-in-engine/client.ts";
import { idsWith, judgeBackEnd } from "../support/judge-back-end.ts";
import { ODD_WIRE, type OddFault, startOddBackEnd } from "../support/odd-back-end.ts";
import { PLAIN_TEXT_WIRE, type PlainTextFault, startPlainTextChat } from "../support/plain-text-chat.ts";

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

test("replies that are held back until they are over have no middle that a reader sees: a cancel comes when the engine is seen to write, and what else needs one is not judged", async () => {
  const engine = await startTestEngine({ tokenDelayMs: 15 });
  const url = await startPlainTextChat(engine.url, { fault: "holds-back" });
  const report = await judgeBackEnd(
    { url, engine: engine.url, wire: PLAIN_TEXT_WIRE },
    SUITES,
    /^(?:cancel\/(?:mid-reply|silence|deleted|in-time|slots|saved)|persistence\/(?:cancelled|grows|one-reply)|sse\/pace)$/,
  );
  // It takes the next piece before it stops, and deletes without stopping, also where it holds nothing back.
  expect(idsWith(report, "broken")).toEqual(["cancel/silence", "cancel/deleted", "sse/pace"]);
  expect(idsWith(report, "could-not-run")).toEqual([]);
  const heldBack = expect.stringMatching(
    /replies are held back here until they are over: what the engine wrote over \d+ ms came in 1 piece.*sse\/pace/,
  );
  expect(reasonsIn(report)).toMatchObject({
    "persistence/cancelled": heldBack,
    "persistence/grows": heldBack,
  });
  expect(idsWith(report, "holds")).toEqual(
    expect.arrayContaining(["cancel/mid-reply", "cancel/saved", "cancel/slots", "persistence/one-reply"]),
  );
  expect(report.results.find(({ id }) => id === "cancel/mid-reply")?.outcome).toMatchObject({
    seen: expect.stringMatching(
      /^the engine was at the reply \(tokens: \d+\), of which its reader had no word yet; /,
    ),
  });
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

test.each<[PlainTextFault, string[], string]>([
  [
    "saved-to-first",
    ["model-conversation/reply"],
    "not judged: replies that were streamed are not in their conversation, as model-conversation/reply found; nothing more was seen here",
  ],
  [
    "saves-nothing",
    ["model-conversation/reply"],
    "not judged: replies that were streamed are not in their conversation, as model-conversation/reply found; nothing more was seen here",
  ],
  [
    "saves-twice",
    ["model-conversation/reload"],
    "not judged: replies that were streamed are in their conversation more than once, as model-conversation/reload found; nothing more was seen here",
  ],
])(
  "of a back end that %s one claim is broken, and the others say by which",
  async (fault, broken, reason) => {
    const engine = await startTestEngine();
    const url = await startPlainTextChat(engine.url, { fault });
    const report = await judgeBackEnd(
      { url, engine: engine.url, wire: PLAIN_TEXT_WIRE },
      SUITES,
      /^(?:model-conversation\/|persistence\/(?:complete|one-reply|row-order|concurrent)|isolation\/(?:rows|history)|cancel\/mid-reply)/,
    );
    expect(idsWith(report, "broken")).toEqual(broken);
    expect(idsWith(report, "could-not-run")).toEqual([]);
    expect(reasonsIn(report)).toMatchObject({
      "persistence/row-order": reason,
      "persistence/concurrent": reason,
      "isolation/rows": reason,
    });
    expect(idsWith(report, "holds")).toContain("cancel/mid-reply");
  },
  120_000,
);

test("white space that is not saved as it was streamed is one broken claim, and nothing is said to be missing", async () => {
  const engine = await startTestEngine();
  const url = await startPlainTextChat(engine.url, { fault: "joins-lines" });
  const report = await judgeBackEnd(
    { url, engine: engine.url, wire: PLAIN_TEXT_WIRE },
    SUITES,
    /^(?:model-conversation\/|persistence\/(?:complete|saved-at-done|row-order|concurrent)|isolation\/|sse\/text)/,
  );
  expect(idsWith(report, "broken")).toEqual(["persistence/complete"]);
  expect(report.results.find(({ id }) => id === "persistence/complete")).toMatchObject({
    outcome: { cause: { fault: "replies that were streamed are saved with other white space" } },
  });
  expect(idsWith(report, "holds")).toEqual(
    expect.arrayContaining(["isolation/opened-meanwhile", "isolation/history", "persistence/concurrent"]),
  );
}, 120_000);

test("an engine that is asked twice for one reply is one broken claim, also of those about cancels and failures", async () => {
  const engine = await startTestEngine();
  const url = await startPlainTextChat(engine.url, { fault: "asks-first" });
  const report = await judgeBackEnd(
    { url, engine: engine.url, wire: PLAIN_TEXT_WIRE },
    SUITES,
    /^(?:model-conversation\/reply|cancel\/(?:mid-reply|at-once)|isolation\/one-request|sse\/kept)$/,
  );
  const [first, ...more] = report.results.filter(({ outcome }) => outcome.verdict === "broken");
  expect(more).toEqual([]);
  expect(first).toMatchObject({
    id: "cancel/at-once",
    look_at: "what is asked of the engine when a message comes: the reply, once, whatever becomes of it",
    outcome: { seen: expect.stringContaining("each message is 2 requests at the engine here") },
  });
  expect(reasonsIn(report)["isolation/one-request"]).toContain(
    "the engine is asked more than once for one message",
  );
}, 120_000);

test("of an answer that was refused, a stream that was cut, left, or left open it is said so", () => {
  const text = { kind: "text", text: "Hi", at_ms: 20 } as const;
  const stream = { request: "POST /say", status: 200, facts: [text], duration_ms: 30, end: "closed" };
  const words = (more: object) => endedInWords({ ...stream, ...more } as unknown as SeenStream);
  const done = { kind: "done", reason: "stop", at_ms: 25 };
  expect(words({ facts: [text, done] })).toBe("ended with done (stop)");
  expect(words({})).toBe("was closed without a word of its end");
  expect(words({ end: "cut" })).toBe("was cut off");
  expect(words({ end: "given-up" })).toBe("was left by its reader");
  expect(words({ end: "given-up", duration_ms: 10_020 })).toBe("was left open: nothing more came for 10.0 s");
  expect(words({ status: 502, body: { problem: "no engine" } })).toBe(
    'was refused by 502: {"problem":"no engine"}',
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
