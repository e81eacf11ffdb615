import { expect, onTestFinished, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { type ExamineOptions, examine, type RungReport } from "../../src/doctor/run-doctor.ts";
import { type AnsweredMessage, judgeEngineUse } from "../../src/doctor/rungs/judge-engine-use.ts";
import type { SeenEngine } from "../../src/doctor/rungs/observe-engine.ts";
import { startTap } from "../../src/tap/start-tap.ts";
import { rungOf } from "../support/doctor.ts";
import { startTestEngine } from "../support/gateway.ts";
import { ODD_WIRE, type OddFault, startOddBackEnd } from "../support/odd-back-end.ts";
import { tempFolder } from "../support/temp.ts";
import { startUnrecordedOllama } from "../support/unrecorded-ollama.ts";

const WIRE = { ...ODD_WIRE, send: { ...ODD_WIRE.send, body: { text: "{text}", model: "{model}" } } };

interface Scene {
  readonly engine: string;
  readonly faults?: readonly OddFault[];
  /** Which model the back end asks for, whatever it is told. */
  readonly model?: string;
  /** What `chat.model` says, of a wire that has no place for a model. */
  readonly set?: string;
  /** Whether it asks the engine through the configured tap, or past it; left out: there is no tap. */
  readonly tap?: "through" | "past";
}

/** What doctor says of a message to a back end of others that asks this engine. */
async function examineReply({ engine, faults = [], model, set, tap }: Scene) {
  const tapped = tap === undefined ? undefined : await startTap({ upstream: engine });
  onTestFinished(() => tapped?.close());
  const asked = tap === "through" ? (tapped?.url ?? engine) : engine;
  const { url, close } = await startOddBackEnd(asked, faults, model === undefined ? {} : { model });
  onTestFinished(close);
  const tap_port = tapped === undefined ? 0 : Number(new URL(tapped.url).port);
  const config = {
    ...DEFAULT_CONFIG,
    engine: { ...DEFAULT_CONFIG.engine, url: engine, tap_port },
    contract: { ...DEFAULT_CONFIG.contract, driver: "described", wire: set === undefined ? WIRE : ODD_WIRE },
    chat: { ...DEFAULT_CONFIG.chat, ...(set !== undefined && { model: set }) },
    state: { dir: tempFolder() },
  };
  const reply = await rungAlone("hmi/reply", {
    ...{ config, env: {}, urls: { hmi: url } },
    isModelGiven: set !== undefined,
  });
  return { reply, tapUrl: tapped?.url };
}

/** What is said of one rung; those above it are not tried. */
async function rungAlone(id: string, options: Omit<ExamineOptions, "signal">): Promise<RungReport> {
  const enough = new AbortController();
  const rungs: RungReport[] = [];
  const onRung = (rung: RungReport): void => {
    rungs.push(rung);
    if (rung.id === id) enough.abort();
  };
  await examine({ ...options, signal: enough.signal, onRung }).catch((error: unknown) => {
    if (!enough.signal.aborted) throw error;
  });
  return rungOf({ rungs }, id);
}

test("what the tap shows is told: the model that the engine was asked for, another one, or that it was asked for nothing", async () => {
  const engine = await startUnrecordedOllama({ tokenDelayMs: 1 });
  const good = await examineReply({ engine, tap: "through" });
  expect(good.reply).toMatchObject({
    status: "holds",
    text: "a message is answered by llama3.1:8b, which the engine was asked for",
  });
  const other = await examineReply({ engine, tap: "through", model: "qwen3:8b" });
  expect(other.reply.problem?.code).toBe("other_model");
  expect(other.reply.text).toBe(
    "a message is answered by another model: the message asked for llama3.1:8b, and the engine was asked for qwen3:8b",
  );
  const canned = await examineReply({ engine, tap: "through", faults: ["canned"] });
  expect(canned.reply.problem?.code).toBe("not_from_engine");
  expect(canned.reply.text).toBe(
    `a message is answered without the engine: "All is well." came, and nothing was asked at ${canned.tapUrl}`,
  );
});

test("where chat.model is set, it is what a back end takes whose wire has no place for a model; an alias of it is none", async () => {
  const engine = await startUnrecordedOllama({ tokenDelayMs: 1 });
  const scene = { engine, tap: "through", model: "qwen3:8b" } as const;
  const { reply } = await examineReply({ ...scene, set: "llama3.1:8b" });
  expect(reply.problem?.code).toBe("other_model");
  expect(reply.text).toBe(
    "a message is answered by another model: chat.model says llama3.1:8b, and the engine was asked for qwen3:8b",
  );
  const alias = await examineReply({ ...scene, set: "the-house-model" });
  expect(alias.reply).toMatchObject({
    status: "holds",
    text: "a message is answered by qwen3:8b, which stands behind the-house-model",
  });
});

test("of an engine that nobody watches the reply's own word counts where it is a name of the engine's", () => {
  const unwatched = { ...SEEN, asked: undefined, isUnasked: false };
  const reply = {
    ...REPLY,
    wantedBy: "chat.model says",
    wanted: "llama3.1:8b",
    installed: ["llama3.1:8b", "tiny"],
  };
  expect(judgeEngineUse({ ...reply, told: "tiny" }, unwatched)).toMatchObject({
    status: "broken",
    problem: {
      code: "other_model",
      found: expect.stringContaining("chat.model says llama3.1:8b, and the reply says that it is by tiny"),
    },
  });
  expect(judgeEngineUse({ ...reply, told: "our-model" }, unwatched).status).toBe("holds");
});

test("without a tap no model is claimed, and nothing is broken; what the engine's own list shows is told", async () => {
  const engine = await startUnrecordedOllama({ tokenDelayMs: 1 });
  const scenes = [{}, { model: "qwen3:8b" }, { faults: ["canned"] }] as const;
  const texts = [];
  for (const scene of scenes) {
    const { reply } = await examineReply({ engine, ...scene });
    expect(reply.status).toBe("holds");
    texts.push(reply.text);
  }
  const unseen = `a message is answered; the message asked for llama3.1:8b; which model the engine was asked for cannot be seen without a tap before it (stack tap --to ${engine})`;
  expect(texts).toEqual([
    `${unseen} (by its /api/ps it has used llama3.1:8b meanwhile)`,
    `${unseen} (by its /api/ps it has used qwen3:8b meanwhile)`,
    unseen,
  ]);
});

test("a back end that asks the engine past the tap is not said to answer without it", async () => {
  const { reply, tapUrl } = await examineReply({
    engine: await startUnrecordedOllama({ tokenDelayMs: 1 }),
    tap: "past",
  });
  expect(reply.status).toBe("holds");
  expect(reply.text).toBe(
    `a message is answered; nothing came to ${tapUrl}, but by its /api/ps the engine has used llama3.1:8b meanwhile: it may have been asked past that`,
  );
});

test("the stand-in's own record shows it as a tap does", async () => {
  const { reply } = await examineReply({ engine: await startTestEngine(), faults: ["canned"] });
  expect(reply.problem?.code).toBe("not_from_engine");
});

const REPLY: AnsweredMessage = {
  service: "gateway",
  message: "Say OK (1)",
  text: "OK",
  wanted: "gpt-4o",
  wantedBy: "the message asked for",
  told: "gpt-4o-2024-08-06",
  installed: ["llama3.1:8b"],
};
const SEEN: SeenEngine = {
  asked: [],
  isUnasked: true,
  used: [],
  at: "http://tap",
  whyUnseen: "without a tap before it (stack tap --to URL)",
};
const generation = (model: string, content: string) =>
  ({ model, messages: [{ role: "user", content }], prompt: null }) as unknown as NonNullable<
    SeenEngine["asked"]
  >[number];

test.each([
  [
    "a name of the back end's own",
    { asked: [generation("llama3.1:8b", "Say OK (1)")], isUnasked: false },
    "a message is answered by llama3.1:8b, which stands behind gpt-4o",
  ],
  [
    "a model that the engine does not have",
    {},
    "a message is answered, and not by the engine: nothing came to http://tap, which has no gpt-4o",
  ],
  [
    "requests of others",
    { asked: [generation("llama3.1:8b", "Who else?")], isUnasked: false },
    "a message is answered; none of the 1 requests that the engine had meanwhile shows it, so whose words they are is not told",
  ],
  [
    "no record",
    { asked: undefined, isUnasked: false },
    "a message is answered, by gpt-4o-2024-08-06 as it says itself; which model the engine was asked for cannot be seen without a tap before it (stack tap --to URL)",
  ],
])("of %s is said what was seen, and nothing is broken", (_, seen, text) => {
  expect(judgeEngineUse(REPLY, { ...SEEN, ...seen })).toEqual({ status: "holds", text });
});

test("a title that is asked of another model is not taken for the reply", () => {
  const asked = [
    generation("tiny", "Give a title to: Say OK (1)"),
    generation("llama3.1:8b", "Say OK (1)\nnum_predict: 16"),
  ];
  const reply = { ...REPLY, wanted: "llama3.1:8b" };
  expect(judgeEngineUse(reply, { ...SEEN, asked, isUnasked: false })).toMatchObject({ status: "holds" });
});
