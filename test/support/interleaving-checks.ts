import { expect, vi } from "vitest";
import { NOWHERE, parseEventId, type StreamPlace } from "../../src/contract/event-id.ts";
import { Message, MessageList } from "../../src/contract/hmi-schemas.ts";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { findGrammarFault } from "../../src/contract/stream-grammar.ts";
import { Follower } from "./follower.ts";
import { generationsOf } from "./gateway.ts";
import { type Answer, call } from "./http.ts";
import { type Sending, type Traffic, thoughtsAbout } from "./interleaving.ts";
import { eventually } from "./streams.ts";

/** What the contract's section 1 promises, whatever clients did: throws where it does not hold. */
export async function judgeTraffic(traffic: Traffic): Promise<void> {
  const { stack, unexpected } = traffic;
  expect(unexpected, "unexpected answers").toEqual([]);
  await expectQuiet(stack);
  const rows = await rowsOf(traffic);
  for (const follower of traffic.followers) judgeFollower(follower, rows);
  for (const sending of traffic.sendings) judgeSending(sending, traffic, rows);
  for (const row of rows) {
    if (row.role === "assistant") judgeReply(row, before(row, rows));
  }
  for (const follower of traffic.followers) judgeKept(follower, traffic, rows);
  for (const { name, messageId } of traffic.cancelled) judgeCancelled(name, messageId, traffic);
  await judgeOtherPage(traffic, rows);
  for (const sessionId of new Set(rows.map((row) => row.session_id))) {
    await judgeReplay(traffic, sessionId, rows);
  }
}

/** Nothing runs any more: at the HMI, at the gateway, at the engine. */
async function expectQuiet({ engine, copies }: Traffic["stack"]): Promise<void> {
  const activeAt = async (url: string) => (await call(url, hmiRoutes.health.path())).json.active_streams;
  const look = async () => ({
    services: await Promise.all(copies.flatMap((copy) => [activeAt(copy.hmi), activeAt(copy.gateway)])),
    engine: (await generationsOf(engine)).filter(({ ended }) => ended === "running").length,
  });
  const quiet = { services: copies.flatMap(() => [0, 0]), engine: 0 };
  await vi.waitFor(async () => expect(await look()).toEqual(quiet), {
    timeout: 30_000,
    interval: 5,
  });
}

/** All messages of all conversations, also the versions that are not shown. */
async function rowsOf({ stack, sessions, deleted, followers }: Traffic): Promise<Message[]> {
  const made = followers.flatMap(({ events }) =>
    events[0]?.type === "started" ? [events[0].session_id] : [],
  );
  const rows: Message[] = [];
  for (const session_id of new Set([...sessions, ...made])) {
    const answer = await call(stack.hmi, hmiRoutes.messages.path({ session_id }));
    expect(answer.status, `reload of ${session_id}`).toBe(deleted.has(session_id) ? 404 : 200);
    if (answer.status !== 200) continue;
    const { messages } = MessageList.parse(answer.json);
    judgeShown(messages);
    const everything = await call(
      stack.hmi,
      hmiRoutes.exportSession.path({ session_id }, { format: "json" }),
    );
    rows.push(...messages, ...Message.array().parse(everything.json.other_versions));
  }
  return rows;
}

/** What is shown is one way: each message follows the one before it. */
function judgeShown(messages: readonly Message[]): void {
  const parents = messages.map(({ parent_id }) => parent_id);
  expect(parents).toEqual([null, ...messages.map(({ message_id }) => message_id)].slice(0, messages.length));
}

function before({ parent_id }: Message, rows: readonly Message[]): Message | undefined {
  return rows.find(({ message_id }) => message_id === parent_id);
}

/** Each token once, in the contract's order, and at the end exactly what is saved. */
function judgeFollower(follower: Follower, rows: readonly Message[]): void {
  const { state, messageId, refusal, path } = follower;
  const row = rows.find((each) => each.message_id === messageId);
  if (messageId === undefined) {
    // A message that was refused, nothing to join, or left before the first event.
    if (state === "refused") expect(refusal, path).toMatch(FIRST_REFUSAL);
    return;
  }
  const places = follower.ids.map((id) => parseEventId(id)?.place ?? NOWHERE);
  for (const [index, place] of places.entries()) {
    const before = places[index - 1] ?? NOWHERE;
    expect(isLater(place, before), `${follower.ids[index - 1]} before ${follower.ids[index]}`).toBe(true);
  }
  if (row === undefined) {
    // The conversation was deleted, or nothing was said before the end: a reader that was there was told that.
    if (state === "done") expect(findGrammarFault(follower.events), path).toBeUndefined();
    return;
  }
  expect(state, `following ${path}: ${refusal}`).toBe("done");
  expect(findGrammarFault(follower.events), path).toBeUndefined();
  expect(follower.text, `streamed and saved text of ${path}`).toBe(row.content);
  expect(follower.thoughts, `streamed and saved thoughts of ${path}`).toBe(row.thinking ?? "");
  expect(follower.events.at(-1), path).toEqual({ type: "done", finish_reason: row.finish_reason });
}

const FIRST_REFUSAL =
  /^(409 generation_in_progress|409 nothing_to_stream|404 conversation_not_found|404 message_not_found)$/;

/** No figure of a place goes back, and one goes on. */
function isLater(place: StreamPlace, before: StreamPlace): boolean {
  const figures = ["step", "thinking", "text"] as const;
  return (
    figures.every((figure) => place[figure] >= before[figure]) &&
    figures.some((figure) => place[figure] > before[figure])
  );
}

/** A reply that was complete once is there, whatever became of attempts to answer again, and of edits. */
function judgeKept({ events, messageId }: Follower, { deleted }: Traffic, rows: readonly Message[]): void {
  const [started] = events;
  const isWhole = events.some((event) => event.type === "done" && event.finish_reason === "stop");
  if (started?.type !== "started" || !isWhole || deleted.has(started.session_id)) return;
  const kept = rows.find((row) => row.message_id === messageId);
  expect(kept, `the reply to ${started.message_id}`).toMatchObject({
    role: "assistant",
    status: "complete",
    parent_id: started.message_id,
  });
}

/** A cancel by name is one of that reply, or of the reply to that message. */
function judgeCancelled(name: string | undefined, messageId: string, { heard }: Traffic): void {
  const started = heard.find(
    (event) => event.type === "reply_started" && event.assistant_message_id === messageId,
  );
  if (started?.type !== "reply_started") throw new Error(`Nobody was told that ${messageId} began.`);
  if (name !== undefined) expect([started.message_id, started.assistant_message_id]).toContain(name);
}

/** The user's other page was told of every reply, when it began and then how it ended, each once. */
async function judgeOtherPage(traffic: Traffic, rows: readonly Message[]): Promise<void> {
  const toldOf = (row: Message) =>
    traffic.heard.flatMap((event) =>
      "assistant_message_id" in event && event.assistant_message_id === row.message_id ? [event] : [],
    );
  for (const row of rows) {
    if (row.role !== "assistant") continue;
    const { session_id, message_id: assistant_message_id, status, parent_id } = row;
    await eventually(() =>
      expect(toldOf(row)).toMatchObject([
        { type: "reply_started", session_id, assistant_message_id, message_id: parent_id },
        { type: "reply_ended", session_id, assistant_message_id, status },
      ]),
    );
  }
  for (const session_id of traffic.deleted) {
    await eventually(() => expect(traffic.heard).toContainEqual({ type: "session_deleted", session_id }));
  }
}

/** A message that was taken is there once, in its place; one that was refused is nowhere. */
function judgeSending(
  { content, sessionId, answers, follower }: Sending,
  traffic: Traffic,
  rows: readonly Message[],
) {
  const saved = rows.filter((row) => row.role === "user" && row.content === content);
  expect(saved.length, content).toBeLessThan(2);
  for (const row of saved) expect(row.session_id, content).toBe(sessionId ?? row.session_id);
  // Sent twice at once with one key, it is taken once; one of the two may have come while another reply ran.
  const taken = answers.filter(({ status }) => status === 200);
  // Between two copies it may be answered again meanwhile: then the later of them tells the reply that is shown by now.
  const told = ({ body, json }: Answer) => (traffic.stack.copies.length > 1 ? json.message_id : body);
  expect(new Set(taken.map(told)).size, `answers to ${content}`).toBeLessThan(2);
  const isTaken = taken.length > 0 || follower?.messageId !== undefined;
  const isRefused = !isTaken && (follower === undefined || follower.state === "refused");
  if (isRefused) expect(saved, content).toEqual([]);
  if (!isTaken || sessionId === undefined) return;
  expect(saved, content).toHaveLength(traffic.deleted.has(sessionId) ? 0 : 1);
}

/** A reply follows the message that it answers, and has ended. */
function judgeReply(row: Message, before: Message | undefined): void {
  expect([before?.role, before?.session_id], "what a reply follows").toEqual(["user", row.session_id]);
  const whole = before?.content.replace("Say: ", "") ?? "";
  const expected = row.status === "complete" ? whole : whole.slice(0, row.content.length);
  expect([row.status, row.content]).toEqual([expect.stringMatching(/^(complete|cancelled)$/), expected]);
  const thoughts = thoughtsAbout(before?.content ?? "").join("");
  const thought = row.thinking ?? "";
  expect(thought).toBe(row.status === "complete" ? thoughts : thoughts.slice(0, thought.length));
}

/**
 * The last reply of a conversation is sent again as it was; or the one that was to take its place and has failed, for
 * as long as that is kept: whoever asked for it is told so.
 */
async function judgeReplay(traffic: Traffic, session_id: string, rows: readonly Message[]): Promise<void> {
  const { json } = await call(traffic.stack.hmi, hmiRoutes.messages.path({ session_id }));
  const shown: Message[] = json.messages;
  const last = shown.findLast(({ role }) => role === "assistant");
  const replay = new Follower(traffic.stack.hmi, hmiRoutes.stream.path({ session_id }));
  await replay.follow();
  const { messageId, text } = replay;
  judgeFollower(replay, rows);
  if (messageId !== undefined && messageId !== last?.message_id) {
    const ended = { type: "reply_ended", session_id, assistant_message_id: messageId, status: "cancelled" };
    expect(traffic.heard, `replay of ${session_id}`).toContainEqual(ended);
    return;
  }
  expect([messageId, text], `replay of ${session_id}`).toEqual([last?.message_id, last?.content]);
}
