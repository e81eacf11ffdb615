import { CouldNotRun } from "../harness/define-check.ts";
import { NotObservable } from "../harness/target-errors.ts";
import type { NamedReply, Reading, Sent } from "../targets/drivers/chat-client.ts";
import { failureOf, type ReplyFact, textOf } from "../targets/drivers/reply-facts.ts";
import { replyNameOf } from "../targets/drivers/reply-name.ts";
import type { SeenStream } from "../targets/http-client.ts";
import { beginningNotRead } from "../targets/late-reading.ts";
import { learnConversation, type Talk } from "./any-wire-conversation.ts";
import type { Context } from "./contract-conversations.ts";
import { noteRequests, requireLongEnough, requireMadeByEngine } from "./engine-generations.ts";
import { noteIfHeldBack } from "./held-back-replies.ts";
import { notePace } from "./left-replies.ts";
import { ReplySilence } from "./reply-silence.ts";
import { requireNoneFailed } from "./stream-endings.ts";
import { StreamWaiter } from "./stream-waiter.ts";
import { noteUntoldFailure } from "./untold-failures.ts";

/** A reply while it is heard. */
export interface Hearing extends Reading {
  /**
   * Rejects with {@link CouldNotRun} where the stream ends before such a fact is told; with {@link NotObservable}, where it
   * did so because the engine that is watched was not asked for the reply, or because the model had no more to say.
   */
  until(what: string, isIt: (fact: ReplyFact) => boolean): Promise<void>;
  readonly hasEnded: boolean;
  /** What the reply is called, as far as it was told by now: when the message was taken, or by the stream. */
  name(): NamedReply;
}

/** What has failed, and told so, has no more to say; its end, where there is one, is told within this time, in milliseconds. */
const FAILED_MS = 3_000;

/** Hears the reply to what was just said. A stream that has begun to talk and then is silent for too long is given up. */
export function hear(context: Context, talk: Talk, sent: Sent): Hearing {
  return attend(context, talk, sent, (options) => sent.read(options));
}

/** Hears a conversation's reply as somebody who did not ask for it, while it runs or after its end. */
export function hearAgain(context: Context, talk: Talk, sent: Sent): Hearing {
  const { chat } = context.target;
  const { conversation, message, reply } = sent;
  const name = nameFor(context, { conversation: talk.conversation ?? conversation, message, reply });
  return attend(context, talk, sent, (options) => chat.readAgain(name, options));
}

/** How a reply is called for: by our own wire as a page does, by its conversation; else by whatever a path may need. */
export function nameFor({ target }: Context, { conversation, ...names }: NamedReply): NamedReply {
  return target.capabilities.has("speak the contract") ? { conversation } : { conversation, ...names };
}

function attend(
  context: Context,
  talk: Talk,
  sent: Sent,
  read: (options: Parameters<Sent["read"]>[0]) => Reading,
): Hearing {
  const silent = new AbortController();
  const silence = new ReplySilence(context, talk.place.options, sent.text);
  const waiter = new StreamWaiter<ReplyFact>(silence.firstMs, async () => {
    if (waiter.hasEnded) return;
    const moreMs = await silence.moreMs();
    if (moreMs === undefined) silent.abort();
    else if (moreMs > 0) waiter.waitOn(moreMs);
  });
  if (silence.isFromStart) waiter.expectTalk();
  const name = replyNameOf(sent);
  const said = { asked: sent.text, text: "" };
  talk.said?.push(said);
  const { ended: streamEnded, leave } = read({
    signal: AbortSignal.any([context.signal, silent.signal]),
    onFact(fact) {
      if (fact.kind === "text") said.text += fact.text;
      silence.take(fact);
      name.learn(fact);
      if (fact.kind === "started" && fact.conversation !== null) {
        learnConversation(context, talk, fact.conversation);
      }
      waiter.take(fact, { isTalk: fact.kind !== "started" && fact.kind !== "model" });
      if (fact.kind === "failure" && isForeign(context)) waiter.waitOn(FAILED_MS);
    },
  });
  let heldBack: string | undefined;
  const ended = waiter.endWith(
    streamEnded.then(async (seen) => {
      const heard = noteIfLate(talk, silence.end(seen, silent.signal.aborted));
      const stream = await noteUntoldFailure(context, sent.text, heard);
      if (isForeign(context) && textOf(stream) !== "") await noteRequests(context, sent.text);
      notePace(context.target, stream);
      heldBack = await noteIfHeldBack(context, sent.text, { stream, stalledMs: silence.stalledMs });
      return stream;
    }),
  );
  return {
    ended,
    leave,
    get hasEnded() {
      return waiter.hasEnded;
    },
    name: () => ({ ...name.told(), conversation: talk.conversation }),
    async until(what, isIt) {
      try {
        await waiter.until(ended, { what, of: "the reply" }, isIt);
      } catch (error) {
        if (error instanceof CouldNotRun) {
          const stream = await ended;
          await requireMadeByEngine(context, sent.text, stream);
          requireNoneFailed(stream);
          const unseen = heldBack ?? context.target.chat.missingAbilities["push replies"];
          if (unseen !== undefined) throw new NotObservable(unseen);
          requireLongEnough(context, stream, what);
        }
        throw error;
      }
    },
  };
}

function isForeign({ target }: Context): boolean {
  return !target.capabilities.has("speak the contract");
}

/** Of a reply of which nothing was read by who came late, nothing is known. */
function noteIfLate({ lateStreams }: Talk, stream: SeenStream): SeenStream {
  if (stream.isOpenedLate !== true || stream.status >= 300) return stream;
  if (textOf(stream) === "" && failureOf(stream) === undefined) throw beginningNotRead(stream);
  lateStreams?.push(stream);
  return stream;
}

/** Is true of the fact with which that many pieces of text have come. */
export function texts(count: number): (fact: ReplyFact) => boolean {
  let came = 0;
  return (fact) => {
    if (fact.kind === "text") came += 1;
    return came >= count;
  };
}
