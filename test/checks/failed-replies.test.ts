import { describe, expect, onTestFinished, test } from "vitest";
import { idle } from "../../src/checks/cancel/cancel-idle.ts";
import { idleThenSend } from "../../src/checks/cancel/idle-then-send.ts";
import { complete } from "../../src/checks/persistence/persistence-complete.ts";
import { savedAtDone } from "../../src/checks/persistence/saved-at-done.ts";
import { done as sseDone } from "../../src/checks/sse/sse-done.ts";
import { length } from "../../src/checks/sse/sse-length.ts";
import { requireNoneFailed } from "../../src/checks/stream-endings.ts";
import { CouldNotRun } from "../../src/harness/define-check.ts";
import { startTap } from "../../src/tap/start-tap.ts";
import { idsWith, judgeBackEnd } from "../support/judge-back-end.ts";
import { startOpenAiEngine } from "../support/openai-engine.ts";
import { SAVE_AT_END_WIRE, startSaveAtEndChat } from "../support/save-at-end-chat.ts";
import { answer } from "./cancel/evidence.ts";
import { judge } from "./model-conversation/evidence.ts";
import { stored } from "./persistence/evidence.ts";
import { done, error, executing, failing, stream, token, whole } from "./sse/evidence.ts";

const WORDS = "the reply failed, as the back end itself told: It failed.";

/** Of a back end whose engine is down: it tells so, ends its stream without a `done`, and saves that the reply failed. */
const failed = stream([executing, failing, error]);
const rows = [
  { session_id: "80", role: "user", content: "Hello", status: "complete" },
  { session_id: "80", role: "assistant", content: "", status: "error" },
];

describe("where the reply failed, and was told so, what needs it whole is not judged, by one sentence", () => {
  const isForeign = true;
  const idles = { isForeign, answers: [answer(200, {})], streams: [failed, failed], rows };
  test.each([
    ["cancel/idle", () => judge(idle, idles)],
    ["cancel/idle-then-send", () => judge(idleThenSend, idles)],
    ["persistence/complete", () => judge(complete, stored({ stream: failed, rows, speaksContract: false }))],
    ["persistence/saved-at-done", () => judge(savedAtDone, [{ isForeign, stream: failed, rows }])],
    ["sse/done", () => judge(sseDone, [{ ...failed, door: "wire" }])],
    ["sse/length", () => judge(length, [{ door: "wire", stream: failed, rows, generations: null }])],
  ])("%s", (_, judged) => {
    expect(judged).toThrow(CouldNotRun);
    expect(judged).toThrow(WORDS);
  });
});

test("a reply that came whole, one that was cut, and one that was left open have not failed by the back end's own word", () => {
  const cut = stream(whole().slice(0, 4), { end: "cut" });
  const open = stream(whole().slice(0, 4), { end: "given-up" });
  expect(() => requireNoneFailed(stream(), cut, open)).not.toThrow();
  expect(() => requireNoneFailed(stream(), stream([token("H"), done("error")]))).toThrow(
    "without a word of why",
  );
});

test("where how failures are told is not known, an engine that was seen to fail explains an end that is not told", async () => {
  const engine = await startOpenAiEngine((response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write('data: {"choices":[{"delta":{"content":"One"}}]}\n\n', () => response.destroy());
  });
  const tap = await startTap({ upstream: engine.url });
  onTestFinished(() => tap.close());
  const url = await startSaveAtEndChat(tap.url);
  const { failure: _, ...untold } = SAVE_AT_END_WIRE.stream;
  const suites = ["persistence", "sse"];
  const wire = { ...SAVE_AT_END_WIRE, stream: untold };
  const report = await judgeBackEnd({ url, engine: tap.url, wire }, suites, /saved-at-done|sse\/done/);
  expect(idsWith(report, "could-not-run")).toEqual(["persistence/saved-at-done", "sse/done"]);
  expect(JSON.stringify(report.results.map(({ outcome }) => outcome))).toContain(
    "the engine failed at it, and the wire of described has no word for a reply that fails",
  );
}, 60_000);
