import { setInterval } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { startTap } from "../../src/tap/start-tap.ts";
import { verify } from "../../src/verify/verify-stack.ts";
import { answerInWords, chunk, startOpenAiEngine, USAGE_AND_DONE } from "../support/openai-engine.ts";
import { SAVE_AT_END_WIRE, type SaveAtEndFault, startSaveAtEndChat } from "../support/save-at-end-chat.ts";

/** What is found of a reply whose reader leaves it, of which nothing is saved before its end, 5 s later. */
async function judgeLeft(fault?: SaveAtEndFault) {
  const tap = await startTap({ upstream: (await startOpenAiEngine(answerInWords)).url });
  onTestFinished(() => tap.close());
  return await judgeLeftOf(tap.url, fault);
}

async function judgeLeftOf(engine: string, fault?: SaveAtEndFault) {
  const hmi = await startSaveAtEndChat(engine, fault === undefined ? [] : [fault]);
  const contract = { ...DEFAULT_CONFIG.contract, driver: "described", wire: SAVE_AT_END_WIRE };
  const target = { hmi, gateway: "http://127.0.0.1:9", engine, contract };
  const { results } = await verify({ suite: ["persistence"], grep: /reader-left$/, target });
  return results[0]?.outcome;
}

test("is judged when the engine has written it", async () => {
  expect(await judgeLeft()).toMatchObject({
    verdict: "holds",
    seen: expect.stringContaining("which the engine wrote to its end"),
  });
}, 60_000);

test.each<[SaveAtEndFault, string]>([
  ["forgets-left", "which the engine wrote to its end; then no row of a reply"],
  [
    "ends-with-reader",
    "whose request to the engine was ended before that had written it; then no row of a reply",
  ],
])(
  "and is broken where it was: %s",
  async (fault, seen) => {
    expect(await judgeLeft(fault)).toMatchObject({
      verdict: "broken",
      seen: expect.stringContaining(seen),
    });
  },
  60_000,
);

test("where nobody sees the engine, it is waited for as long as a long one takes at the pace that was heard", async () => {
  const { url } = await startOpenAiEngine(async (response) => {
    let said = 0;
    response.writeHead(200, { "content-type": "text/event-stream" });
    for await (const _ of setInterval(25)) {
      if (response.closed) return;
      response.write(chunk({ content: "a " }));
      said += 1;
      if (said === 200) break;
    }
    response.end(chunk({}, { finish_reason: "stop" }) + USAGE_AND_DONE);
  });
  expect(await judgeLeftOf(url)).toMatchObject({ verdict: "holds" });
}, 60_000);
