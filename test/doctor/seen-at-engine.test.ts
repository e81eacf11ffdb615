/** What a tap saw the engine be asked, and answer, is told in place of a guess: by doctor and by trace. */
import { expect, onTestFinished, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { examine } from "../../src/doctor/run-doctor.ts";
import { startTap } from "../../src/tap/start-tap.ts";
import { rungOf } from "../support/doctor.ts";
import { answerInWords, startOpenAiEngine } from "../support/openai-engine.ts";
import { SAVE_AT_END_WIRE, type SaveAtEndFault, startSaveAtEndChat } from "../support/save-at-end-chat.ts";
import { traceUrls } from "../support/trace.ts";

const contract = { ...DEFAULT_CONFIG.contract, driver: "described", wire: SAVE_AT_END_WIRE };
const REFUSED =
  'was asked for "m-gguf", which it does not list (it has m), and answered 404: no model m-gguf';

test.each<[SaveAtEndFault[], string]>([
  [["asks-other-model"], "The HMI answers, and tells of a failure. The engine at URL REFUSED."],
  [
    ["asks-other-model", "failure-as-empty"],
    "The engine at URL REFUSED, and the HMI tells that as an empty reply.",
  ],
])("doctor: an engine that refuses what it is asked, %j", async (faults, cause) => {
  const { report, engine } = await doctor(faults);
  expect(rungOf(report, "hmi/reply").problem).toMatchObject({
    cause: cause.replace("URL", engine).replace("REFUSED", REFUSED),
    next: expect.stringMatching(/^grep -rnF m-gguf /),
  });
});

test.each<[SaveAtEndFault[], string]>([
  [["asks-other-model"], `The reply fails by way of the HMI, because the engine ${REFUSED}. It tells: `],
  [
    ["asks-other-model", "failure-as-empty"],
    `The HMI tells a failure as an empty reply that is whole: the engine ${REFUSED}.`,
  ],
])("trace: an engine that refuses what it is asked, %j", async (faults, sentence) => {
  const { diagnosis } = await traceUrls({ ...(await start(faults)), contract, model: "m" }, OPENAI);
  expect(diagnosis).toMatchObject({ kind: "failure", next: "grep -rnF m-gguf ." });
  expect(diagnosis.sentence).toContain(sentence);
});

test("doctor: a stop that is answered and changes nothing is told as that, with its answer", async () => {
  const { report } = await doctor(["stop-ignored"]);
  expect(rungOf(report, "hmi/cancel")).toMatchObject({
    text: expect.stringMatching(
      /^a cancel changes nothing: POST \/turns\/\S+\/stop answered 200 \{"stopped":true\}, and the reply went on, /,
    ),
    problem: { code: "cancel_ignored" },
  });
}, 60_000);

test("doctor: a message that is not saved is told as that, and not its reply", async () => {
  const { report } = await doctor(["message-lost"]);
  expect(rungOf(report, "hmi/stored").text).toMatch(/^the reply is saved, and its message is not: /);
}, 60_000);

test("trace: a message that is not saved, where its reply is", async () => {
  const trace = await traceUrls({ ...(await start(["message-lost"])), contract, model: "m" }, OPENAI);
  expect(trace).toMatchObject({
    ok: false,
    diagnosis: {
      kind: "message_not_saved",
      sentence: "The HMI has the reply among its conversation's rows, and not the message that it answers.",
    },
  });
}, 60_000);

test("doctor: an engine that is asked twice for one reply; a title is no second time", async () => {
  const [twice, titled] = await Promise.all([doctor(["asks-twice"], 60), doctor(["asks-for-title"], 60)]);
  expect(rungOf(twice.report, "hmi/asked-once")).toMatchObject({
    text: "one message is 2 requests at the engine, in the same words",
    problem: { code: "asked_twice" },
  });
  expect(rungOf(titled.report, "hmi/asked-once").status).toBe("holds");
}, 60_000);

test("trace: an engine that is asked twice for one reply", async () => {
  const trace = await traceUrls({ ...(await start(["asks-twice"], 60)), contract, model: "m" }, OPENAI);
  expect(trace.findings.filter(({ hop }) => hop === "hmi")[0]).toMatchObject({
    kind: "asked_twice",
    sentence:
      "By way of the HMI the engine was asked for each reply 2 times, in the same words: it works for 2, and one is read.",
  });
}, 60_000);

test("doctor: a long reply is ended once its pace is plain, where the wire can", async () => {
  const { report, left } = await doctor([]);
  expect(rungOf(report, "hmi/pace")).toMatchObject({
    status: "holds",
    text: expect.stringMatching(/^words come as they are written, over 1\d{3} ms/),
  });
  expect(left.filter((body) => body.includes("Count to 30"))).toHaveLength(1);
}, 60_000);

const OPENAI = { engineApi: "openai" } as const;

/**
 * A back end before an engine that has the model `m`, and a tap between them.
 *
 * @param words of each reply
 */
async function start(faults: readonly SaveAtEndFault[], words = 1_000) {
  const left: string[] = [];
  const engine = await startOpenAiEngine((response, asked) => {
    response.on("close", () => {
      if (!response.writableFinished) left.push(JSON.stringify(asked.body));
    });
    if (asked.body["model"] === "m") {
      return answerInWords(response, { ...asked, body: { ...asked.body, max_tokens: words } });
    }
    response.writeHead(404).end('{"error":{"message":"no model m-gguf"}}');
  });
  const tap = await startTap({ upstream: engine.url });
  onTestFinished(() => tap.close());
  return { hmi: await startSaveAtEndChat(tap.url, faults), engine: tap.url, left };
}

async function doctor(faults: readonly SaveAtEndFault[], words?: number) {
  const urls = await start(faults, words);
  const { signal } = new AbortController();
  const config = { ...DEFAULT_CONFIG, engine: { ...DEFAULT_CONFIG.engine, api: "openai" as const } };
  const { engine, left } = urls;
  return { report: await examine({ config, env: {}, urls, contract, signal }), engine, left };
}
