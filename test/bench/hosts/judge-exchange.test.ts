import { expect, test } from "vitest";
import { type ExchangeEvidence, judgeExchange } from "../../../bench/hosts/judge-exchange.ts";

const WHOLE = "r1m1: 1 2 3";
const CONTENT = `Say: ${WHOLE}`;

type Client = ExchangeEvidence["client"];
type Reader = NonNullable<Client["reader"]>;

const reader: Reader = { text: WHOLE, finishReason: "stop", connections: 1, faults: [], longestGapMs: 200 };
const client: Client = {
  name: "r1m1",
  content: CONTENT,
  whole: WHOLE,
  acknowledged: { sessionId: "1", messageId: "1", replyId: "2" },
  cancel: undefined,
  reader,
  firstTextMs: 20,
  nextTextMs: undefined,
  failures: [],
};
const message = {
  message_id: "1",
  parent_id: null,
  role: "user",
  content: CONTENT,
  status: "complete",
} as const;
const reply = {
  message_id: "2",
  parent_id: "1",
  role: "assistant",
  content: WHOLE,
  status: "complete",
} as const;
const written = { replyId: "2", token: "1", host: "a", hasEnded: false };
const taken = { ...written, token: "2", host: "b" };
const generation = { started_at: "10:00:00", ended_at: "10:00:05", ended: "done" } as const;

const sound: ExchangeEvidence = {
  client,
  rows: [message, reply],
  writes: [written, { ...written, hasEnded: true }],
  generations: [generation],
};

function judge(change: Partial<ExchangeEvidence>): string {
  return judgeExchange({ ...sound, ...change }).join("; ");
}

function withReply(change: Partial<typeof reply> | { status: "cancelled" | "interrupted" | "streaming" }) {
  return { rows: [message, { ...reply, ...change }] };
}

test("what may be is no fault", () => {
  expect(judge({})).toBe("");
  const part = { content: "r1m1: 1", status: "interrupted" } as const;
  const rows = [message, { ...reply, ...part }];
  // Its last moments may have been seen, and not saved, where its writer died.
  expect(
    judge({ rows, client: { ...client, reader: { ...reader, text: "r1m1: 1 2", finishReason: "error" } } }),
  ).toBe("");
  expect(judge({ writes: [written, taken, { ...taken, hasEnded: true }] })).toBe("");
  expect(judge({ generations: [generation, { ...generation, started_at: "10:00:05" }] })).toBe("");
});

test.each<[string, Partial<ExchangeEvidence>]>([
  ["was never acknowledged", { client: { ...client, acknowledged: undefined } }],
  ["the acknowledged message is lost", { rows: [reply] }],
  ["the message is there 2 times", { rows: [message, reply, message] }],
  ["there are 2 replies", { rows: [message, reply, reply] }],
  ["the reply was left streaming", withReply({ status: "streaming" })],
  [
    "the saved reply is no beginning of the right one",
    { rows: [message, { ...reply, content: "r2m7: 1 2" }] },
  ],
  ["a complete reply lacks 2 characters", { rows: [message, { ...reply, content: "r1m1: 1 2" }] }],
  ["it was cancelled, and is complete", { client: { ...client, cancel: "cancelled" } }],
  ["it is cancelled, and nobody asked for that", withReply({ status: "cancelled" })],
  [
    "its reader misses 2 characters",
    { client: { ...client, reader: { ...reader, faults: ["misses 2 characters"] } } },
  ],
  ["its reader was told no end", { client: { ...client, reader: { ...reader, finishReason: undefined } } }],
  [
    "its reader got 9 characters, and 11 are saved",
    { client: { ...client, reader: { ...reader, text: "r1m1: 1 2" } } },
  ],
  ["writer 1 of a has written after it was followed by another", { writes: [written, taken, written] }],
  ["b has written with the token of a", { writes: [written, { ...written, host: "b" }] }],
  ["a has written to the reply after its end", { writes: [{ ...written, hasEnded: true }, written] }],
  ["a generation of it runs still", { generations: [{ ...generation, ended: "running", ended_at: null }] }],
  [
    "two generations of it ran at once",
    { generations: [generation, { ...generation, started_at: "10:00:04" }] },
  ],
])("%s", (fault, change) => {
  expect(judge(change)).toContain(fault);
});
