import { expect, onTestFinished, test, vi } from "vitest";
import { type FeedChat, startFeedChat } from "../support/feed-chat.ts";
import { eventsOf, type HarEntry } from "../support/har.ts";
import { ask, learn, learnFromTap, learnThroughTap } from "../support/learn.ts";

const SAID = ["Why is the sea salty?", "And why are lakes not?", "Is there salt in rain?"] as const;

/** Talks to it as its page does: one feed a conversation, opened again after a reload. */
async function talk(
  url: string,
  { messages, isBegunBySaying = false, end }: FeedChat & { readonly messages: number },
): Promise<void> {
  const [first, ...others] = SAID.slice(0, messages);
  const made = await ask(`${url}/chats`, "POST", isBegunBySaying ? { text: first } : {});
  const { id } = (await made.json()).chat;
  const { heard, leave } = await openFeed(`${url}/chats/${id}/feed`);
  const saying = isBegunBySaying ? others : [first, ...others];
  const isWhole = (count: number): boolean => {
    const told = heard();
    return (
      told.split('salt."').length > count && (end === undefined || told.split(eventOf(end)).length > count)
    );
  };
  if (isBegunBySaying) await vi.waitUntil(() => isWhole(1), 5_000);
  for (const [index, text] of saying.entries()) {
    await ask(`${url}/chats/${id}/say`, "POST", { text });
    await vi.waitUntil(() => isWhole(index + (isBegunBySaying ? 2 : 1)), 5_000);
  }
  leave();
  const again = await openFeed(`${url}/chats/${id}/feed`);
  await ask(`${url}/chats`, "GET");
  await ask(`${url}/chats/${id}/lines`, "GET");
  await vi.waitUntil(() => again.heard().includes("hello"));
  again.leave();
  await ask(`${url}/chats/${id}`, "DELETE");
}

async function openFeed(url: string) {
  const left = new AbortController();
  onTestFinished(() => left.abort());
  const { body } = await fetch(url, { signal: left.signal });
  let heard = "";
  void (async () => {
    for await (const bytes of body ?? []) heard += Buffer.from(bytes).toString();
  })().catch(() => undefined);
  return { heard: () => heard, leave: () => left.abort() };
}

function eventOf(end: object): string {
  return JSON.stringify(end).slice(1);
}

const END = { over: "done" };
const CONVERSATION = { request: "POST /chats", body: {}, told: { conversation: "chat.id" } };
const LATER = { request: "POST /chats/{conversation}/say", body: { text: "{text}" } };
const READ = { request: "GET /chats/{conversation}/feed" };

test.each([
  ["one message", { end: END, messages: 1 }, {}],
  ["two messages", { end: END, messages: 2 }, {}],
  ["three messages", { end: END, messages: 3 }, {}],
  ["two, whose events name it", { end: END, messages: 2, isNamed: true }, { conversation: "chat" }],
] as const)("a feed of one conversation, on which nothing names a reply: %s", async (_, given, channel) => {
  const { url, count } = await startFeedChat(given);
  const { learned, tried } = await learnThroughTap(url, (tapped) => talk(tapped, given));
  expect(learned.unsayable).toEqual([]);
  expect(learned.talk.reply).toMatch(/^You asked .* and rivers bring salt\.$/);
  expect(learned.wire).toMatchObject({
    conversation: CONVERSATION,
    send: LATER,
    read: READ,
    stream: { text: { at: "piece" }, done: { has: "over" }, channel },
    rows: { request: "GET /chats/{conversation}/lines", text: "body" },
    delete_conversation: { request: "DELETE /chats/{conversation}" },
  });
  expect(learned.wire.stream?.channel).toEqual(channel);
  expect(tried.problems).toEqual([]);
  expect(tried.reply?.text).toBe("You asked Say hello in three words. and rivers bring salt.");
  expect(tried.rows).toBe(4);
  // Nothing of what was tried is left.
  expect(count()).toBe(0);
});

test("its first reply may be to the message that made the conversation, before the feed was open", async () => {
  const given = { end: END, messages: 3, isBegunBySaying: true };
  const { url } = await startFeedChat(given);
  const { learned, tried } = await learnThroughTap(url, (tapped) => talk(tapped, given));
  expect(learned.wire).toMatchObject({
    send_first: { request: "POST /chats", body: { text: "{text}" }, told: { conversation: "chat.id" } },
    send: LATER,
    read: READ,
    stream: { channel: {}, done: { has: "over" } },
  });
  expect(learned.talk.reply).toMatch(/^You asked [^?]*\? and rivers bring salt\.$/);
  expect(tried.problems).toEqual([]);
  expect(tried.rows).toBe(4);
});

test("where nothing ends each reply, or earlier ones are told again, no contract is made of it", async () => {
  const cases: readonly (readonly [given: FeedChat & { messages: number }, why: RegExp])[] = [
    [
      { messages: 3, isBegunBySaying: true },
      /has the replies to 3 messages, and nothing in its events ends each/,
    ],
    [{ messages: 2, end: END, isToldAgain: true }, /tells earlier replies again to who opens it/],
  ];
  for (const [given, why] of cases) {
    const { url } = await startFeedChat(given);
    const { unsayable } = await learnFromTap(url, (tapped) => talk(tapped, given));
    expect(unsayable).toEqual([expect.stringMatching(why)]);
  }
});

const AT = "http://127.0.0.1:8000";
const CHAT = "c-81f3a09b";

/** Two replies of a conversation's feed, and one that was stopped. */
const feed = (...events: readonly unknown[]): HarEntry => ({
  request: `GET ${AT}/chats/${CHAT}/events`,
  type: "text/event-stream",
  took_ms: 60_000,
  answer: eventsOf(...events),
});
const made: HarEntry = { request: `POST ${AT}/chats`, body: {}, answer: { id: CHAT } };
const say = (text: string): HarEntry => ({
  request: `POST ${AT}/chats/${CHAT}/messages`,
  body: { text },
  answer: { ok: true },
});
const pieces = (text: string) => text.split(/(?= )/).map((delta) => ({ type: "delta", delta }));
const RIVERS = "Rivers bring salt to it.";
const LAKES = "They have an outlet.";

test.each([
  [
    "an event",
    [...pieces(RIVERS), { type: "count", out: 5 }, { type: "end" }],
    [...pieces(LAKES), { type: "count", out: 4 }, { type: "end" }],
    { of: "end" },
  ],
  [
    "a flag",
    [...RIVERS.split(/(?= )/), ""].map((d) => ({ d, last: d === "" })),
    [...LAKES.split(/(?= )/), ""].map((d) => ({ d, last: d === "" })),
    { where: { last: true } },
  ],
  ["a word alone", [...pieces(RIVERS), "[DONE]"], [...pieces(LAKES), "[DONE]"], { data: "[DONE]" }],
  [
    "a field",
    [...RIVERS.split(/(?= )/).map((d) => ({ d })), { d: "", finish_reason: "stop" }],
    [...LAKES.split(/(?= )/).map((d) => ({ d })), { d: "", finish_reason: "stop" }],
    { has: "finish_reason" },
  ],
] as const)("what ends each reply of a feed: %s", (_, one, other, done) => {
  const { wire, talk: learnedTalk } = learn(
    made,
    feed({ hello: 1 }, ...one, ...other),
    say(SAID[0]),
    say(SAID[1]),
  );
  expect([RIVERS, LAKES]).toContain(learnedTalk.reply);
  expect(wire.stream?.done).toMatchObject(done);
  expect(wire.stream?.channel).toEqual({});
});

test("a reply that was stopped ends with a word of its own, and the next one is not a part of it", () => {
  const { wire, talk: learnedTalk } = learn(
    made,
    feed(...pieces(RIVERS), { type: "whole" }, ...pieces("1, 2, 3,"), { type: "stopped" }, ...pieces(LAKES), {
      type: "whole",
    }),
    say(SAID[0]),
    say("Count to 200"),
    { request: `POST ${AT}/chats/${CHAT}/stop`, body: {}, answer: { ok: true } },
    say(SAID[1]),
  );
  expect([RIVERS, LAKES]).toContain(learnedTalk.reply);
  expect(wire.stream).toMatchObject({
    channel: {},
    done: [{ of: "whole" }, { of: "stopped", reason: "type", reasons: { cancelled: ["stopped"] } }],
  });
  expect(wire.cancel).toEqual({ request: "POST /chats/{conversation}/stop", body: {} });
});
