import type { EngineOptions } from "../../contract/gateway-schemas.ts";
import { messageOf } from "../../errors/thrown-error.ts";
import type { CancelOutcome, ChatPlace, NamedReply, Sent } from "../../targets/drivers/chat-client.ts";
import { conversationNotNamed } from "../../targets/drivers/conversation-not-named.ts";
import type { SeenCall, SeenStream } from "../../targets/http-client.ts";
import { abortAfterWaiting } from "../../targets/unstalled-time.ts";
import { beginTalk, openPlace, type Talk } from "../any-wire-conversation.ts";
import { GIVE_UP_MS } from "../cancel-times.ts";
import type { Context } from "../contract-conversations.ts";
import { requireMadeByEngine } from "../engine-generations.ts";
import { type Hearing, hear, nameFor } from "../hear-reply.ts";
import { sayIn } from "../say-and-hear.ts";

/**
 * What a cancel was answered: null where it was not in time; `said` where it was said on a WebSocket, where nothing but the end of
 * the reply answers it; `closed` where a reply is ended by closing its stream.
 */
export type SeenCancel = SeenCall | null | "said" | "closed";

/** Whether a call was answered. */
export function isAnswered(answer: SeenCancel | undefined): answer is SeenCall {
  return answer !== undefined && answer !== null && typeof answer !== "string";
}

/** A message that was said in a conversation of its own, and its reply as soon as that can be heard. */
export interface RunningReply {
  readonly talk: Talk;
  /** Fulfilled when the message was taken; where the sending call streams, perhaps only with the first token. */
  readonly taken: Promise<Sent>;
  /** As of {@link Hearing}. */
  readonly until: Hearing["until"];
  /** The stream once it has ended in any way; null where it was left before it began. */
  readonly ended: Promise<SeenStream | null>;
  readonly hasEnded: boolean;
  /** As of {@link Hearing}. */
  name(): NamedReply;
  /** Closes the connection, also of a message that was not taken yet. */
  leave(): void;
  /** Asks for the cancel of whatever is running, once. */
  cancel(): Promise<SeenCancel>;
}

/** Says something in a conversation of its own. */
export async function beginReply(
  context: Context,
  options: EngineOptions,
  text: string,
): Promise<RunningReply> {
  return sayAndHear(context, await beginTalk(context, await placeWith(context, options)), text);
}

/** Says something in this conversation. */
export function sayAndHear(context: Context, talk: Talk, text: string): RunningReply {
  const left = new AbortController();
  const signal = AbortSignal.any([context.signal, left.signal]);
  let hearing: Hearing | undefined;
  let hasEnded = false;
  const taken = sayIn(context, talk, text, { signal });
  const heard = taken.then((sent) => {
    hearing = hear(context, talk, sent);
    return hearing;
  });
  const ended = heard
    .then((begun) => begun.ended)
    .catch((error: unknown) => {
      if (hearing === undefined && left.signal.aborted && !context.signal.aborted) return null;
      throw error;
    })
    .finally(() => {
      hasEnded = true;
    });
  // Whoever waits for one of them is told; nobody may.
  for (const each of [taken, heard, ended]) each.catch(() => undefined);
  const leave = (): void => {
    left.abort();
    hearing?.leave();
  };
  const name = (): NamedReply => hearing?.name() ?? { conversation: talk.conversation };
  return {
    talk,
    name,
    taken,
    ended,
    leave,
    get hasEnded() {
      return hasEnded;
    },
    until: async (what, isIt) => (await heard).until(what, isIt),
    async cancel() {
      const answer = await cancelInTime(context, (until) =>
        context.target.chat.cancel(nameFor(context, name()), until),
      );
      if (answer === "closed") leave();
      return answer;
    },
  };
}

/** On a wire that is not ours, once the reply has ended: throws where nobody asked the engine for it, so that there was nothing to cancel. */
export async function requireCancellable(context: Context, { taken, ended }: RunningReply): Promise<void> {
  if (context.target.capabilities.has("speak the contract")) return;
  const stream = await ended;
  if (stream !== null) await requireMadeByEngine(context, (await taken).text, stream);
}

/** Asks for a cancel; null where it is not answered in time. */
export async function cancelInTime(
  context: Context,
  ask: (signal: AbortSignal) => Promise<CancelOutcome>,
): Promise<SeenCancel> {
  const tooLate = abortAfterWaiting(GIVE_UP_MS);
  try {
    return (await ask(AbortSignal.any([context.signal, tooLate]))) ?? "closed";
  } catch (error) {
    if (tooLate.aborted && !context.signal.aborted) return null;
    throw error;
  }
}

/** A place of the suite's own for these options, made once. */
export async function placeWith(context: Context, options: EngineOptions): Promise<ChatPlace> {
  const name = `place with ${JSON.stringify(options)}`;
  return await context.share(name, () => openPlace(context, { name: "cancel", options }));
}

/** Deletes a conversation; returns what was wrong with that, in words, or null. */
export async function deleteTalk(
  { target }: Context,
  { conversation }: Talk,
  signal: AbortSignal,
): Promise<string | null> {
  if (conversation === null) throw conversationNotNamed();
  try {
    await target.chat.deleteConversation(conversation, signal);
    return null;
  } catch (error) {
    signal.throwIfAborted();
    return messageOf(error);
  }
}
