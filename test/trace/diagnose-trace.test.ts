import { expect, test } from "vitest";
import { diagnoseTrace } from "../../src/trace/diagnose-trace.ts";
import { NOTHING_SEEN } from "../../src/trace/read-hop-pass.ts";
import type { HopPass, TracedEngineRequest } from "../../src/trace/trace-report.ts";
import { observations } from "../support/trace.ts";

const REFUSED: Partial<HopPass> = { ...NOTHING_SEEN, problem: "connect ECONNREFUSED" };
const AT_ONCE: Partial<HopPass> = {
  first_token_ms: 950,
  last_token_ms: 952,
  longest_gap: null,
  ended_ms: 953,
  pieces: [{ at_ms: 950, kind: "text", chars: 30 }],
};
/** A reply that is whole before an engine can have written it. */
const SOONER: Partial<HopPass> = {
  ...AT_ONCE,
  text: "Internal error: no connection!",
  first_token_ms: 41,
  last_token_ms: 42,
  ended_ms: 43,
  pieces: [{ at_ms: 41, kind: "text", chars: 30 }],
};
/** A reply that comes 1.2 s later. */
const LATE: Partial<HopPass> = { first_token_ms: 1_240, last_token_ms: 2_140, ended_ms: 2_145 };
const FROM_NGINX = { server: "nginx/1.22.1", "content-type": "text/event-stream" };
const request = (more: Partial<TracedEngineRequest>): TracedEngineRequest => ({
  counted: null,
  refused: null,
  purpose: "reply",
  model: "llama3.1:8b",
  messages: 1,
  asked: "Count to 10",
  options: {},
  from_ms: 3,
  first_token_ms: 30,
  ended_ms: 930,
  text: null,
  ...more,
});
const row = (text: string, more = {}) => ({ text, status: "complete", model: "llama3.1:8b", ...more });
const WHOLE = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10!";
const LESS = "1, 2, 3, 4, 6, 7, 8, 9, 10!";

test.each<[string, Parameters<typeof observations>[0], string]>([
  [
    "all is well",
    { engine: {}, gateway: {}, hmi: {} },
    "Every hop passes what it gets: first token after 40 ms, of which the engine 40 ms.",
  ],
  [
    "the engine was slower when it was asked directly",
    { engine: { pieces: [{ at_ms: 227, kind: "text", chars: 30 }], first_token_ms: 227 }, gateway: {} },
    "Every hop passes what it gets: first token after 40 ms.",
  ],
  [
    "a hop tells other tokens than the engine counted",
    {
      engine: {},
      hmi: {
        usage: { prompt_tokens: 60, completion_tokens: 13 },
        engine_requests: [request({ counted: { prompt_tokens: 6, completion_tokens: 60 } })],
      },
    },
    "hmi other_usage: The HMI tells other tokens than the engine counted: 60 + 13 instead of 6 + 60 (prompt + reply).",
  ],
  [
    "the engine's share by its record",
    { engine: {}, gateway: {}, hmi: { engine_requests: [request({ first_token_ms: 12 })] } },
    "Every hop passes what it gets: first token after 40 ms, of which the engine 12 ms.",
  ],
  [
    "the engine's share by its own figures",
    { engine: {}, gateway: {}, hmi: { timings: { queue_ms: 1, load_ms: 4, prompt_ms: 20, reply_ms: 900 } } },
    "Every hop passes what it gets: first token after 40 ms, of which the engine 25 ms.",
  ],
  [
    "the engine is down, and so nobody answers",
    {
      engine: REFUSED,
      gateway: { failure: { code: "engine_unavailable", message: "no engine" } },
      hmi: { failure: { code: "engine_unavailable", message: "no engine" } },
    },
    "engine no_answer: The engine answers nothing at http://127.0.0.1/engine: connect ECONNREFUSED.",
  ],
  [
    "the engine is out of reach from here, and works",
    { engine: REFUSED, gateway: {}, hmi: {} },
    "Every hop that could be asked passes what it gets: first token after 40 ms.",
  ],
  [
    "the HMI is down",
    { engine: {}, gateway: {}, hmi: REFUSED },
    "hmi no_answer: The HMI answers nothing at http://127.0.0.1/hmi: connect ECONNREFUSED.",
  ],
  [
    "a message is refused",
    {
      engine: {},
      gateway: { ...NOTHING_SEEN, request: "POST /chat/stream", status: 422, problem: "422: Field required" },
      hmi: { failure: { code: null, message: "bad gateway" } },
    },
    "gateway refused: The gateway takes no message: POST /chat/stream answered 422: Field required.",
  ],
  [
    "the reply fails once",
    { engine: {}, gateway: {}, hmi: [{}, { failure: { code: "gateway_error", message: "cut off" } }] },
    'hmi failure: The reply fails at the HMI: gateway_error, "cut off" (in 1 of 2 passes).',
  ],
  [
    "the engine says nothing",
    {
      engine: { text: "", thoughts: "Hm", pieces: [], finish_reason: "length" },
      gateway: { failure: { code: "empty_reply", message: "no text" } },
    },
    "engine failure: The engine itself ends its reply without any text after 2 characters of thoughts (length).",
  ],
  [
    "the end is swallowed",
    {
      engine: {},
      gateway: { end: "closed", finish_reason: null },
      hmi: { end: "closed", finish_reason: null },
    },
    "gateway no_end: The gateway swallows the end: after 30 characters it closes the stream at 945 ms, and never said that it is done.",
  ],
  [
    "text is lost on the HMI's stream",
    { engine: {}, gateway: {}, hmi: { text: LESS, has_rows: true, row: row(WHOLE) } },
    'hmi lost_text: The HMI loses text on its stream: 27 characters streamed, 30 in its row, the first that is missing after "1, 2, 3, 4,".',
  ],
  [
    "text is lost when it is saved",
    { engine: {}, gateway: {}, hmi: { has_rows: true, row: row("1, 2, 3, 4") } },
    'hmi lost_text: The HMI loses text when it saves: 30 characters streamed, 10 in its row, nothing after "1, 2, 3, 4".',
  ],
  [
    "the reply is not saved",
    { engine: {}, gateway: {}, hmi: { has_rows: true, row: null } },
    "hmi not_saved: The reply that the HMI streamed is not among its conversation's rows.",
  ],
  [
    "the reply is saved twice",
    {
      engine: {},
      gateway: {},
      hmi: { has_rows: true, row: row(WHOLE), row_problem: { kind: "twice", found: "the reply 2 times" } },
    },
    "hmi saved_twice: The HMI has one turn more than once: the reply 2 times.",
  ],
  [
    "the reply is before its message",
    {
      engine: {},
      gateway: {},
      hmi: { has_rows: true, row: row(WHOLE), row_problem: { kind: "order", found: "assistant, user" } },
    },
    "hmi wrong_order: The HMI has the reply before its message: assistant, user.",
  ],
  [
    "another text is saved",
    { engine: {}, gateway: {}, hmi: { has_rows: true, row: row("One to ten.") } },
    'hmi changed_text: The HMI changes text: 30 characters streamed, 11 in its row, where it said "1, 2, 3, 4, 5, 6, 7, 8, 9, 10!" and has "One to ten.".',
  ],
  [
    "other white space is saved",
    { engine: {}, gateway: {}, hmi: { has_rows: true, row: row(WHOLE.replace("3, ", "3,\n\n")) } },
    'hmi changed_text: The HMI changes white space: 30 characters streamed, 31 in its row, first "1, 2, 3, 4, 5, 6" as "1, 2, 3,\\n\\n4, 5, ".',
  ],
  [
    "nobody shows rows",
    { engine: {}, gateway: {}, hmi: { has_rows: false, row: null } },
    "Every hop passes what it gets: first token after 40 ms, of which the engine 40 ms.",
  ],
  [
    "a tap has seen what the engine said",
    { engine: {}, gateway: { text: LESS, engine_requests: [request({ text: WHOLE })] }, hmi: {} },
    'gateway lost_text: The gateway loses text: 30 characters left the engine for it, 27 came, the first that is missing after "1, 2, 3, 4,".',
  ],
  [
    "as many tokens were counted, and less came",
    { engine: {}, gateway: { text: LESS }, hmi: { text: LESS } },
    'gateway lost_text: The gateway loses text: 10 tokens were counted as for the engine, but 27 of its 30 characters came, the first that is missing after "1, 2, 3, 4,".',
  ],
  [
    "another text of another length is the model's doing",
    { engine: {}, gateway: { text: LESS, usage: { prompt_tokens: 9, completion_tokens: 9 } }, hmi: {} },
    "Every hop passes what it gets: first token after 40 ms, of which the engine 40 ms.",
  ],
  [
    "the engine was asked for another model",
    { engine: {}, gateway: { engine_requests: [request({ model: "phi3:mini" })] }, hmi: {} },
    'gateway other_model: The gateway swaps the model: "llama3.1:8b" was asked for, and the engine was asked for "phi3:mini".',
  ],
  [
    "the row names another model",
    { engine: {}, gateway: {}, hmi: { has_rows: true, row: row(WHOLE, { model: "Claude Sonnet 4" }) } },
    'hmi other_model: The HMI swaps the model: "llama3.1:8b" was asked for, and the reply\'s row names "Claude Sonnet 4".',
  ],
  [
    "a router's name for the model is no other model",
    {
      engine: { model: "ollama/llama3.1:8b" },
      gateway: { model: null },
      hmi: { model: "llama3.1:8b-2026-01-05" },
    },
    "Every hop passes what it gets: first token after 40 ms, of which the engine 40 ms.",
  ],
  [
    "nginx holds text back",
    {
      engine: {},
      gateway: {},
      hmi: { headers: { "x-accel-buffering": "no" } },
      proxy: { ...AT_ONCE, headers: FROM_NGINX },
    },
    "proxy held_back: The proxy holds text back: what the HMI sends over 900 ms came at once, 950 ms after the message. It is a buffering proxy, nginx/1.22.1 (Server: nginx/1.22.1, X-Accel-Buffering missing).",
  ],
  [
    "the gateway's own code holds text back: no proxy is made up",
    { engine: {}, gateway: AT_ONCE, hmi: AT_ONCE },
    "gateway held_back: The gateway holds text back: what the engine sends over 900 ms came at once, 950 ms after the message.",
  ],
  [
    "what was written before the message was taken comes at once by right",
    { engine: {}, gateway: {}, hmi: { ...AT_ONCE, accepted_ms: 940 } },
    "hmi delay: The HMI adds the delay: 910 ms more than the gateway (940 ms until it took the message); first token after 950 ms, of which the engine 40 ms.",
  ],
  [
    "an error that is told as a reply is not the engine's, and is held back by nobody",
    { engine: {}, gateway: {}, hmi: { ...SOONER, engine_requests: [] } },
    'hmi not_from_engine: The HMI answers without the engine: "Internal error: no connection!" was whole 42 ms after the message, for which the gateway takes 900 ms, and the record shows nothing that it was asked.',
  ],
  [
    "a reply that is whole at once is the engine's, where its record says so",
    { engine: {}, gateway: {}, hmi: { ...SOONER, engine_requests: [request({ ended_ms: 40 })] } },
    "Every hop passes what it gets: first token after 41 ms, of which the engine 30 ms.",
  ],
  [
    "held back once only is chance",
    { engine: {}, gateway: {}, hmi: [{}, AT_ONCE] },
    "Every hop passes what it gets: first token after 40 ms, of which the engine 40 ms.",
  ],
  [
    "a shorter reply is no reply that was held back",
    { engine: {}, gateway: {}, hmi: { text: "OK.", last_token_ms: 60, pieces: [], ended_ms: 61 } },
    "Every hop passes what it gets: first token after 40 ms, of which the engine 40 ms.",
  ],
  [
    "a short reply that was written slowly, by the engine's figures, is",
    {
      engine: {},
      gateway: {},
      hmi: {
        ...AT_ONCE,
        text: "OK, then.",
        timings: { queue_ms: 0, load_ms: 0, prompt_ms: 30, reply_ms: 900 },
      },
    },
    "hmi held_back: The HMI holds text back: what the gateway sends over 900 ms came at once, 950 ms after the message.",
  ],
  [
    "something else is asked before",
    {
      engine: {},
      gateway: {},
      hmi: {
        ...LATE,
        engine_requests: [
          request({ purpose: "other", asked: "A title for: Count to 10", from_ms: 3, ended_ms: 1190 }),
          request({ from_ms: 1200 }),
        ],
      },
    },
    'hmi asked_before: By way of the HMI the engine was asked something else before: first token after 1.24 s, of which 1.19 s for "A title for: Count to 10".',
  ],
  [
    "two things at a time are asked before, for as long as both took together",
    {
      engine: {},
      gateway: {},
      hmi: {
        ...LATE,
        engine_requests: [
          request({ purpose: "other", asked: "A title for: Count to 10", from_ms: 3, ended_ms: 1000 }),
          request({ purpose: "other", asked: "Tags", from_ms: 103, ended_ms: 1000 }),
          request({ from_ms: 1200 }),
        ],
      },
    },
    'hmi asked_before: By way of the HMI the engine was asked something else before: first token after 1.24 s, of which 1.1 s for "A title for: Count to 10" and 1 more.',
  ],
  [
    "what is asked before has no words of a person",
    {
      engine: {},
      gateway: {},
      hmi: {
        ...LATE,
        engine_requests: [
          request({ purpose: "other", asked: "", messages: 2, from_ms: 3, ended_ms: 1190 }),
          request({ from_ms: 1200 }),
        ],
      },
    },
    "hmi asked_before: By way of the HMI the engine was asked something else before: first token after 1.24 s, of which 1.19 s for a request of 2 messages, none of them a person's.",
  ],
  // A title's request is taken for the reply's, because it alone has the message as a person's.
  ...[3, null].map((from_ms): [string, Parameters<typeof observations>[0], string] => [
    `what seems asked before took longer than the first token, ${from_ms === null ? "by no clock of ours" : "by our clock"}`,
    {
      engine: {},
      gateway: {},
      hmi: {
        engine_requests: [
          request({ purpose: "other", asked: "", from_ms, ended_ms: 779 }),
          request({ from_ms: from_ms === null ? null : 790 }),
        ],
      },
    },
    "Every hop passes what it gets: first token after 40 ms, of which the engine 30 ms.",
  ]),
  [
    "the engine's figures are longer than the time to the first token: they are another reply's",
    {
      engine: {},
      gateway: {},
      hmi: { timings: { queue_ms: 900, load_ms: 1, prompt_ms: 20, reply_ms: 900 } },
    },
    "Every hop passes what it gets: first token after 40 ms.",
  ],
  [
    "the engine's queue, by its own figures",
    {
      engine: {},
      gateway: {},
      hmi: { ...LATE, timings: { queue_ms: 1200, load_ms: 1, prompt_ms: 20, reply_ms: 900 } },
    },
    "hmi queued: By way of the HMI the request waits 1.2 s in the engine's queue: first token after 1.24 s. What the engine did meanwhile is not told without a tap.",
  ],
  [
    "the engine's queue, behind a title that the wire told before the reply",
    {
      engine: {},
      gateway: {},
      hmi: {
        ...LATE,
        title_ms: 1_190,
        timings: { queue_ms: 1200, load_ms: 1, prompt_ms: 20, reply_ms: 900 },
      },
    },
    "hmi queued: By way of the HMI the request waits 1.2 s in the engine's queue: first token after 1.24 s. It is asked for a title first: that was told 1.19 s after the message, before the reply began.",
  ],
  [
    "a title that came after the reply had begun tells nothing of the queue",
    {
      engine: {},
      gateway: {},
      hmi: {
        ...LATE,
        title_ms: 1_300,
        timings: { queue_ms: 1200, load_ms: 1, prompt_ms: 20, reply_ms: 900 },
      },
    },
    "hmi queued: By way of the HMI the request waits 1.2 s in the engine's queue: first token after 1.24 s. What the engine did meanwhile is not told without a tap.",
  ],
  [
    "the HMI takes its time until it takes the message",
    { engine: {}, gateway: {}, hmi: { ...LATE, accepted_ms: 1_150 } },
    "hmi delay: The HMI adds the delay: 1.2 s more than the gateway (1.15 s until it took the message); first token after 1.24 s, of which the engine 40 ms.",
  ],
  [
    "a prompt that is longer is the engine's time",
    {
      engine: {},
      gateway: {},
      hmi: { ...LATE, timings: { queue_ms: 0, load_ms: 0, prompt_ms: 1_200, reply_ms: 900 } },
    },
    "Every hop passes what it gets: first token after 1.24 s, of which the engine 1.2 s.",
  ],
])("%s", (_, hops, said) => {
  const { ok, diagnosis } = diagnoseTrace(observations(hops));
  const { hop, kind, sentence } = diagnosis;
  expect(hop === null ? sentence : `${hop} ${kind}: ${sentence}`).toBe(said);
  expect(ok).toBe(hop === null);
});

const SLOW: Partial<HopPass> = {
  ...{ end: "given_up", finish_reason: null, ended_ms: 30_000 },
  ...{ first_token_ms: 2_000, last_token_ms: 27_000, longest_gap: { from_ms: 8_000, to_ms: 14_000 } },
  pieces: [
    { at_ms: 2_000, kind: "text", chars: 20 },
    { at_ms: 27_000, kind: "text", chars: 10 },
  ],
};

test("of a reply that was still coming when we left, nothing is said to be wrong, nor right", () => {
  const { ok, diagnosis, findings, not_told } = diagnoseTrace(observations({ engine: SLOW }));
  expect({ ok, findings, kind: diagnosis.kind }).toEqual({ ok: false, findings: [], kind: "not_told" });
  expect(not_told).toEqual([
    "The engine was still writing when we waited no longer (30 characters in 30 s): how its reply ends is not told.",
  ]);
});

test("of a reply of which not a word came, it is told how long that was waited for", () => {
  const unbegun = {
    ...{ end: "given_up", finish_reason: null, ended_ms: 30_100, text: "", pieces: [] },
    ...{ first_token_ms: null, last_token_ms: null, longest_gap: null },
  } as const satisfies Partial<HopPass>;
  const { diagnosis } = diagnoseTrace(observations({ engine: {}, hmi: unbegun }));
  expect(diagnosis).toMatchObject({
    ...{ hop: "hmi", kind: "no_answer" },
    sentence:
      "Not a word of a reply came by way of the HMI in 30.1 s, where the engine itself needed 945 ms for a whole one.",
  });
});

test("a silence that is longer than the reply's own pauses is one", () => {
  const last = { last_token_ms: 14_000, pieces: [{ at_ms: 14_000, kind: "text", chars: 30 } as const] };
  const { diagnosis } = diagnoseTrace(observations({ engine: { ...SLOW, ...last } }));
  expect(diagnosis).toMatchObject({ hop: "engine", kind: "no_end" });
});

test("what costs the reply is told before what costs time, and both are told", () => {
  const { findings, diagnosis } = diagnoseTrace(
    observations({ engine: {}, gateway: AT_ONCE, hmi: { ...AT_ONCE, end: "cut" } }),
  );
  expect(findings.map(({ hop, kind }) => `${hop} ${kind}`)).toEqual(["hmi no_end", "gateway held_back"]);
  expect(diagnosis).toEqual(findings[0]);
});

test("what cannot be told is said so, and is no fault", () => {
  const quick = { last_token_ms: 41, pieces: [{ at_ms: 40, kind: "text" as const, chars: 30 }] };
  const { ok, not_told } = diagnoseTrace(
    observations({ engine: { ...quick, model: null }, gateway: { ...quick, text: "Something else" } }),
  );
  expect(ok).toBe(true);
  expect(not_told).toEqual([
    expect.stringContaining("The gateway's text is another than the engine's own"),
    "The engine does not say which model has answered.",
    "Whether the gateway holds text back is not told: behind it, all came within 1 ms.",
  ]);
});

/** UTF-8, as it looks to whom takes it for another encoding. */
function misread(text: string, encoding: "latin1" | "windows-1252"): string {
  const bytes = Buffer.from(text);
  return encoding === "latin1" ? bytes.toString("latin1") : new TextDecoder(encoding).decode(bytes);
}

const CHINESE = "一, 二, 三, 四, 五, 六, 七, 八, 九!";

test.each<[string, Parameters<typeof observations>[0], string | null]>([
  [
    "a hop breaks characters",
    { engine: { text: CHINESE }, gateway: { text: CHINESE.replaceAll("三", "���") } },
    "gateway",
  ],
  [
    "a hop reads UTF-8 as Latin-1",
    { engine: { text: CHINESE }, gateway: { text: misread(CHINESE, "latin1") } },
    "gateway",
  ],
  [
    "a hop reads UTF-8 as Windows-1252, of a model that says something else when it is asked by another prompt",
    { engine: { text: CHINESE }, gateway: { text: misread("一，二，三。", "windows-1252") } },
    "gateway",
  ],
  [
    "an engine that reads its own so is nobody else's fault",
    { engine: { text: misread(CHINESE, "latin1") }, gateway: { text: misread(CHINESE, "latin1") } },
    null,
  ],
  [
    "words of a language with such letters are no misread ones",
    { engine: { text: "trois, deux, un" }, gateway: { text: "Voilà: à, é, è, ê, ç, ï, ô, û, ü, Ã!" } },
    null,
  ],
  [
    "nor is what the engine never says in such characters",
    { engine: { text: "1, 2, 3" }, gateway: { text: misread("一, 二, 三, 四", "latin1") } },
    null,
  ],
  [
    "an engine that breaks them itself is nobody else's fault",
    { engine: { text: "一, �" }, gateway: { text: "一, �" } },
    null,
  ],
  [
    "by the tap the engine has broken them for this reply",
    {
      engine: { text: CHINESE },
      gateway: { text: "一, �, 三", engine_requests: [request({ text: "一, �, 三" })] },
    },
    null,
  ],
  [
    "another text with a broken character may be the model's",
    { engine: { text: CHINESE }, gateway: { text: "So: �" } },
    null,
  ],
])("%s", (_, hops, hop) => {
  const { diagnosis } = diagnoseTrace(observations(hops));
  expect(diagnosis).toMatchObject({ hop, kind: hop === null ? "passes" : "changed_text" });
  if (hop !== null) expect(diagnosis.sentence).toContain("The gateway breaks characters: ");
});

test("of hops that were asked for different models nothing is compared, and nobody has swapped one", () => {
  const seen = observations({ engine: { ...LATE, model: "big" }, gateway: { ...SOONER, model: "alias" } });
  const hops = seen.hops.map((hop) => {
    const model = hop.hop === "engine" ? "big" : "alias";
    return { ...hop, model, models: [model] };
  });
  const { ok, not_told } = diagnoseTrace({ ...seen, hops });
  expect({ ok, not_told }).toEqual({
    ok: true,
    not_told: [
      'The engine was asked for "big", the gateway for "alias", and whether these are one model is not told without a tap in front of the engine: their times and texts are not compared.',
    ],
  });
});

test("of a hop that cannot be told a model, no swap is said", () => {
  const seen = observations({ engine: {}, hmi: { model: "phi3:mini" } });
  const hops = seen.hops.map((hop) =>
    hop.hop === "hmi" ? { ...hop, behind: "engine" as const, names_model: false, model: null } : hop,
  );
  const { findings, not_told } = diagnoseTrace({ ...seen, hops });
  expect(findings).toEqual([]);
  expect(not_told).toEqual([
    'The engine was asked for "llama3.1:8b", the HMI for none by its name, and which one that takes is not told (chat.model would say it): their times and texts are not compared.',
    expect.stringContaining("its wire has no place for a model's name ({model} in contract.wire.send)"),
  ]);
});

/** An HMI that is asked for no model by its wire, where somebody has set which one it takes. */
function muteHmi(set_model: string | null, hmi: Partial<HopPass>, models = ["llama3.1:8b", "phi3:mini"]) {
  const seen = observations({ engine: {}, hmi });
  const hops = seen.hops.map((hop) =>
    hop.hop === "hmi"
      ? { ...hop, behind: "engine" as const, names_model: false, model: set_model, models: [] }
      : { ...hop, models },
  );
  return diagnoseTrace({ ...seen, set_model, record: "stand-in", hops });
}

test.each<[string, Partial<HopPass>, string]>([
  [
    "the engine's record",
    { engine_requests: [request({ model: "phi3:mini" })] },
    'the engine was asked for "phi3:mini"',
  ],
  ["its reply", { model: "phi3:mini" }, 'its reply says that "phi3:mini" answered'],
])("where chat.model is set, a hop without a word for it swaps the model, by %s", (_, hmi, words) => {
  const { diagnosis, not_told } = muteHmi("llama3.1:8b", hmi);
  expect(diagnosis).toMatchObject({
    hop: "hmi",
    kind: "other_model",
    next: expect.stringContaining("stack tap"),
  });
  expect(diagnosis.sentence).toBe(
    `The HMI swaps the model: chat.model says that it takes "llama3.1:8b", and ${words}.`,
  );
  expect(not_told.join("\n")).not.toContain("No model was asked for");
});

test("two hops of one name for it, of which the engine was asked for another model, are told as what it was asked for", () => {
  const { not_told } = muteHmi("llama3.1:8b", { engine_requests: [request({ model: "phi3:mini" })] });
  expect(not_told).toEqual([
    'The engine was asked for "llama3.1:8b", by way of the HMI for "phi3:mini": their times and texts are not compared.',
  ]);
});

test.each<[string, string | null, Partial<HopPass>, readonly string[]]>([
  ["the right one is asked", "llama3.1:8b", { engine_requests: [request({})] }, ["llama3.1:8b"]],
  [
    "what is set is an alias",
    "smollm2",
    { model: "smollm2", engine_requests: [request({ model: "smollm2:135m" })] },
    ["smollm2:135m"],
  ],
  ["the engine lists nothing", "smollm2", { model: "smollm2:135m" }, []],
  ["nobody has set it", null, { engine_requests: [request({ model: "phi3:mini" })] }, ["llama3.1:8b"]],
])("no swap is said where %s", (_, set, hmi, models) => {
  expect(muteHmi(set, hmi, [...models]).findings).toEqual([]);
});

/** A reply whose text comes at these moments, in equal parts. */
function lumps(...at: readonly number[]): Partial<HopPass> {
  const [first = 0, last = first] = [at[0], at.at(-1)];
  return {
    pieces: at.map((at_ms) => ({ at_ms, kind: "text", chars: 30 / at.length })),
    ...{ first_token_ms: first, last_token_ms: last, ended_ms: last + 5 },
  };
}

test("text in lumps is told also where a busy machine has moved them together in one of the passes", () => {
  const { findings } = diagnoseTrace(
    observations({ gateway: {}, hmi: [lumps(900, 920), lumps(490, 940), lumps(480, 940)] }),
  );
  expect(findings.map(({ hop, kind }) => `${hop} ${kind}`)).toContain("hmi held_back");
});

test("lumps that are near each other in most passes are not told to be anybody's", () => {
  const near = lumps(700, 730);
  const { findings, not_told } = diagnoseTrace(
    observations({ gateway: {}, hmi: [near, near, lumps(480, 940)] }),
  );
  expect(findings.map(({ kind }) => kind)).not.toContain("held_back");
  expect(not_told).toContainEqual(expect.stringContaining("came in 2 lumps, too near each other"));
});
