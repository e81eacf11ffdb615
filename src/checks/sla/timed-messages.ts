import { CouldNotRun } from "../../harness/define-check.ts";
import type { ChatPlace } from "../../targets/drivers/chat-client.ts";
import { answerWords } from "../../targets/drivers/refusal.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { beginTalk, learnConversation, openPlace, startTalk, type Talk } from "../any-wire-conversation.ts";
import type { Context } from "../contract-conversations.ts";
import { generationsFor } from "../engine-generations.ts";
import { hear } from "../hear-reply.ts";
import { type Disturbance, timeUndisturbed } from "../measurement-disturbance.ts";
import { converseIn } from "../say-and-hear.ts";
import { lastWord, requireNoneFailed, toldFailure } from "../stream-endings.ts";
import { type EngineShare, engineShare, isOneCallOf } from "./engine-share.ts";
import { TARGETS, USERS } from "./service-targets.ts";

/** One message and its reply, timed from when the message was sent; all times in milliseconds. */
export interface TimedSample {
  /** `user 3, message 2`. */
  readonly who: string;
  readonly status: number;
  /** Until the message was accepted; null where it was refused, or one call carries it and streams the reply. */
  readonly accepted_ms: number | null;
  /** Until the first token came; null where none did. */
  readonly first_token_ms: number | null;
  /** When tokens came; those that came together count as one. */
  readonly tokens_ms: readonly number[];
  /** How many tokens came. */
  readonly tokens: number;
  /** What the engine itself took, by its own clock; null where nobody tells. */
  readonly engine: EngineShare | null;
  /** `done (stop)`, or how the stream ended without it. */
  readonly ended: string;
  /** What the back end says of a reply that it told to have failed, or a message that it refused; else null. */
  readonly failure: string | null;
}

/** What was timed. */
export interface Samples extends Disturbance {
  /** Why nobody tells when a reply's words were written; left out where they are pushed as they are. */
  readonly unpushed?: string;
  /** Messages of users who all chat at the same time. */
  readonly atOnce: readonly TimedSample[];
  /** Replies whose first token shows what the stack needs: an engine with one slot is asked by one user at a time. */
  readonly firstTokens: readonly TimedSample[];
}

/** Messages of each user: twenty in all are the fewest of which a P95 can be told. */
const MESSAGES = 2;

/** Long enough for a pace to show. The stand-in is told the pace of a quick model. */
const REPLY = { num_predict: 12, stand_in_tokens: 12, stand_in_token_ms: 20 } as const;

/** Of a real engine: twenty such replies are a hundred waits between tokens. */
const SHORT_REPLY = { num_predict: 6 } as const;

/** Only its first token is timed; the very first may be half a character. */
const FEW_TOKENS = { num_predict: 2 } as const;

/** Half of the shortest time that is allowed for an answer. */
const HELD_UP_LIMIT_MS = TARGETS.acceptedP95 / 2;

/** Times messages with a warm engine. */
export async function timeMessages(context: Context): Promise<Samples> {
  return await context.share("samples", async () => {
    // What the engine is asked is counted from here.
    await generationsFor(context, "");
    await warmUp(context);
    const options = isDirected(context) ? REPLY : SHORT_REPLY;
    const place = await openPlace(context, { name: "sla", options });
    const { seen, ...disturbance } = await timeUndisturbed(
      () => HELD_UP_LIMIT_MS,
      (attempt) => timeUsers(context, place, attempt),
    );
    const unpushed = context.target.chat.missingAbilities["push replies"];
    return { ...seen, ...disturbance, ...(unpushed !== undefined && { unpushed }) };
  });
}

async function timeUsers(
  context: Context,
  place: ChatPlace,
  attempt: number,
): Promise<Omit<Samples, keyof Disturbance>> {
  const talks: (readonly Talk[])[] = [];
  for (let user = 1; user <= USERS; user += 1) talks.push(await talksOfUser(context, place, MESSAGES));
  const users = talks.map((own, index) => chat(context, own, { user: `user ${index + 1}`, attempt }));
  const atOnce = (await Promise.all(users)).flat();
  if (isDirected(context)) return { atOnce, firstTokens: atOnce };
  const brief = await openPlace(context, { name: "sla", options: FEW_TOKENS });
  const alone = await talksOfUser(context, brief, USERS * MESSAGES);
  return { atOnce, firstTokens: await chat(context, alone, { user: "one user alone", attempt }) };
}

function isDirected({ target }: Context): boolean {
  return target.capabilities.has("direct the engine");
}

/**
 * The conversation of each of a user's messages: one for all; before a real engine one for each, because it would read
 * what was said before at a pace of its own, and anew where others have asked something meanwhile.
 */
async function talksOfUser(context: Context, place: ChatPlace, messages: number): Promise<readonly Talk[]> {
  const talks: Talk[] = [];
  for (let message = 1; message <= messages; message += 1) {
    const [first] = talks;
    talks.push(first !== undefined && isDirected(context) ? first : await beginTalk(context, place));
  }
  return talks;
}

/** A model that is loaded now is not loaded while it is timed. */
async function warmUp(context: Context): Promise<void> {
  const options = { num_predict: 1, stand_in_token_ms: 0 };
  const talk = await startTalk(context, { name: "sla", options });
  const { stream } = await converseIn(context, talk, `Hello ${context.canary("warm up")}`);
  // Where nobody is answered, that says nothing of many at once.
  requireNoneFailed(stream);
}

/** One user, who sends a message to each of these conversations, the next one when the reply has come. */
async function chat(
  context: Context,
  talks: readonly Talk[],
  { user, attempt }: { user: string; attempt: number },
): Promise<TimedSample[]> {
  const samples: TimedSample[] = [];
  for (const [index, talk] of talks.entries()) {
    const message = index + 1;
    // A model has little to say to a greeting, also where its wire cannot say how long a reply may be.
    const greeting = isDirected(context) ? "Count to 100." : "Hello";
    const text = `${greeting} ${context.canary(`${user} ${message} ${attempt}`)}`;
    samples.push({ who: `${user}, message ${message}`, ...(await timeOne(context, talk, text)) });
  }
  return samples;
}

async function timeOne(context: Context, talk: Talk, text: string): Promise<Omit<TimedSample, "who">> {
  const start = performance.now();
  const { place, conversation } = talk;
  const sent = await context.target.chat.send({ place, conversation, text }, context.signal);
  const answered_ms = since(start);
  const { status } = sent.call;
  if (sent.conversation !== null) learnConversation(context, talk, sent.conversation);
  if (status === 429) throw new CouldNotRun("the stack limits the messages of a minute (429)");
  if (!sent.isTaken) {
    return {
      status,
      // It was not.
      accepted_ms: null,
      first_token_ms: null,
      tokens_ms: [],
      tokens: 0,
      engine: null,
      ended: "refused",
      failure: answerWords(sent.call),
    };
  }
  const opened_ms = since(start);
  const stream = await hear(context, talk, sent).ended;
  const isOneCall = isOneCallOf(sent, stream);
  const before_ms = isOneCall ? 0 : opened_ms;
  const tokens_ms = arrivalsOf(stream).map((at) => Math.round((before_ms + at) * 100) / 100);
  return {
    status,
    accepted_ms: isOneCall ? null : answered_ms,
    first_token_ms: tokens_ms[0] ?? null,
    tokens_ms,
    tokens: stream.facts.filter(({ kind }) => kind === "text").length,
    engine: engineShare(stream) ?? (await recordedShare(context, sent.text)),
    ended: lastWord(stream),
    failure: toldFailure(stream) ?? null,
  };
}

/** When text came, once for all that came together. */
function arrivalsOf({ chunks, facts }: SeenStream): number[] {
  const texts = facts.filter(({ kind }) => kind === "text");
  return chunks.flatMap(({ at_ms }, index) => {
    const next = chunks[index + 1]?.at_ms ?? Number.POSITIVE_INFINITY;
    return texts.some((fact) => fact.at_ms >= at_ms && fact.at_ms < next) ? [at_ms] : [];
  });
}

/** By what a tap or the stand-in saw of the engine; where several ask at once, its queue is in it. */
async function recordedShare(context: Context, message: string): Promise<EngineShare | null> {
  if (!context.target.capabilities.has("show what reached the engine")) return null;
  const [asked] = await generationsFor(context, message);
  if (!asked?.first_token_at) return null;
  const written = Date.parse(asked.ended_at ?? asked.first_token_at) - Date.parse(asked.first_token_at);
  return {
    first_token_ms: Date.parse(asked.first_token_at) - Date.parse(asked.started_at),
    gap_ms: asked.tokens_sent > 1 ? written / (asked.tokens_sent - 1) : null,
  };
}

function since(start: number): number {
  return Math.round((performance.now() - start) * 100) / 100;
}
