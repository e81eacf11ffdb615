/** The same requests to the stand-in as were recorded from a real Ollama: the same answers. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { REAL_MODELS } from "../../../scripts/real/ollama-models.ts";
import { OLLAMA_CASES } from "../../../scripts/real/ollama-requests.ts";
import { type RawRequest, sendRaw } from "../../../scripts/real/raw-http.ts";
import { optionsAsText } from "../../../src/contract/options-as-text.ts";
import { type AnswerShape, shapeOf } from "./answer-shape.ts";
import { startTestEngine } from "./client.ts";
import { readAnswer } from "./recorded-answer.ts";

const FOLDER = fileURLToPath(new URL("../../../fixtures/recorded/ollama/", import.meta.url));

/** The stand-in's models that can do the same as those of the recording. */
const STAND_INS: Readonly<Record<string, string>> = {
  [REAL_MODELS.plain]: "phi3:mini",
  [REAL_MODELS.tools]: "llama3.1:8b",
  [REAL_MODELS.thinking]: "qwen3:8b",
};

interface Exception {
  readonly reason: string;
  readonly cases: readonly string[];
  /** Makes of what was recorded what the stand-in answers. */
  readonly mend: (recorded: AnswerShape) => AnswerShape;
}

const EXCEPTIONS: readonly Exception[] = [
  {
    reason: "Ollama of August 2026, whose sources the stand-in follows, tells more of each model in its list",
    cases: ["tags"],
    mend: inBody(/("quantization_level":"a text")\}\}/, (_, last) => {
      return `${last},"context_length":"an integer","embedding_length":"an integer"},"capabilities":"what it can do"}`;
    }),
  },
  {
    reason: "Ollama of August 2026 shows the whole name of a model that it does not know",
    cases: ["show-unknown-model"],
    mend: inBody(/'nope'/, () => "'nope:latest'"),
  },
  {
    reason: "Nothing is loaded, so that there are no tensors to tell of",
    cases: ["show", "show-thinking"],
    mend: inBody(/"tensors":\[.*\],(?="capabilities")/, () => ""),
  },
  {
    reason:
      "Thoughts of the stand-in come at once: no piece without words, while a parser waits for a tag to be whole",
    cases: ["generate-think"],
    mend: (recorded) => ({
      ...recorded,
      body: recorded.body.filter((piece) => !piece.includes('"response":"","done":false')),
    }),
  },
  {
    reason:
      "The stand-in counts what it says; Ollama counts the token that ends a reply too, and so 1 for an empty one",
    cases: ["chat-empty-reply", "chat-empty-reply-whole"],
    mend: inBody(/,"eval_count":"an integer"/, () => ""),
  },
  {
    reason: "A foreign page is refused before its path is looked at, so that no method is named",
    cases: ["foreign-origin-preflight"],
    mend: ({ headers: { allow: _, ...headers }, ...rest }) => ({ ...rest, headers }),
  },
];

function inBody(pattern: RegExp, by: (found: string, group: string) => string): Exception["mend"] {
  return (recorded) => ({ ...recorded, body: recorded.body.map((part) => part.replace(pattern, by)) });
}

/** What the stand-in is to answer. Each exception must be one: without need it would hide what it is not about. */
function withExceptions(name: string, recorded: AnswerShape): AnswerShape {
  return EXCEPTIONS.filter(({ cases }) => cases.includes(name)).reduce((shape, { mend, reason }) => {
    const mended = mend(shape);
    expect(mended, `no longer an exception: ${reason}`).not.toEqual(shape);
    return mended;
  }, recorded);
}

test.each(OLLAMA_CASES)("$name", async ({ name, request, before }) => {
  const recorded = recordingOf(name);
  // The recording is of this very request: else it is to be made again.
  expect(recorded.request).toEqual(JSON.parse(JSON.stringify({ request, before })));
  const engine = await startTestEngine();
  for (const earlier of before) await sendRaw(engine.url, toStandIn(earlier));
  const asked = withInjectedFailures(toStandIn(request), readAnswer(recorded.bytes).body);
  const { bytes } = await sendRaw(engine.url, asked);
  const isHead = request.method === "HEAD";
  const shape = shapeOf(readAnswer(bytes), isHead);
  const expected = withExceptions(name, shapeOf(readAnswer(recorded.bytes), isHead));
  expect({ ...shape, body: shape.body.map(toRecorded) }).toEqual(expected);
});

interface Recording {
  readonly request: unknown;
  readonly bytes: Buffer;
}

function recordingOf(name: string): Recording {
  const { request, before } = JSON.parse(readFileSync(`${FOLDER}${name}.json`, "utf8"));
  return { request: { request, before }, bytes: readFileSync(`${FOLDER}${name}.raw`) };
}

/** The request for the stand-in's own models. */
function toStandIn(request: RawRequest): RawRequest {
  return JSON.parse(renamed(JSON.stringify(request), Object.entries(STAND_INS)));
}

/** A text of the stand-in's with the names of the recording. */
function toRecorded(text: string): string {
  return renamed(
    text,
    Object.entries(STAND_INS).map(([real, standIn]) => [standIn, real]),
  );
}

function renamed(text: string, names: readonly (readonly [string, string])[]): string {
  return names.reduce((so_far, [from, to]) => so_far.replaceAll(from, to), text);
}

/** The request, with directions for the stand-in to say what the real model said, and to end as it did. */
function withInjectedFailures(request: RawRequest, recordedBody: string): RawRequest {
  const said = whatWasSaid(recordedBody);
  if (said === undefined || request.body === undefined) return request;
  const body = JSON.parse(request.body);
  const { text, thought, isCut } = said;
  const directions = {
    stand_in_reply: text,
    stand_in_thought: thought,
    ...(isCut && (text === "" ? { stand_in_thought_tokens: 1000 } : { stand_in_tokens: 1000 })),
  };
  if (!request.path.startsWith("/v1/")) body.options = { ...body.options, ...directions };
  else body.messages = [{ role: "system", content: optionsAsText(directions) }, ...body.messages];
  return { ...request, body: JSON.stringify(body) };
}

/** What a recorded reply says, of whichever wire; undefined where it is none. */
function whatWasSaid(body: string): { text: string; thought: string; isCut: boolean } | undefined {
  const objects = body.startsWith("data: ")
    ? body.split("\n\n").flatMap((event) => (event.startsWith("data: {") ? [JSON.parse(event.slice(6))] : []))
    : body.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
  const pieces = objects.map((object) => ({ ...object, ...object.choices?.[0] }));
  const reasons = pieces.map(({ done_reason, finish_reason }) => done_reason ?? finish_reason);
  const reason = reasons.find((each) => each === "stop" || each === "length");
  if (reason === undefined) return undefined;
  const said = pieces.map((piece) => ({ ...piece, ...piece.message, ...piece.delta }));
  return {
    text: said.map(({ content, response }) => content ?? response ?? "").join(""),
    thought: said.map(({ thinking, reasoning }) => thinking ?? reasoning ?? "").join(""),
    isCut: reason === "length",
  };
}
