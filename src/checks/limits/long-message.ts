import { messageOf } from "../../errors/thrown-error.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type { Sent } from "../../targets/drivers/chat-client.ts";
import { answerWords } from "../../targets/drivers/refusal.ts";
import { endReply } from "../../targets/end-reply.ts";
import { abortAfterWaiting, afterWaiting } from "../../targets/unstalled-time.ts";
import { beginTalk, learnConversation, startTalk, type Talk } from "../any-wire-conversation.ts";
import type { Context } from "../contract-conversations.ts";
import { patienceOf } from "../contract-replies.ts";
import { hear } from "../hear-reply.ts";
import { findLeakedInternals } from "../leaked-internals.ts";
import { converseIn } from "../say-and-hear.ts";

interface Evidence {
  /** The answer to the call that carried it; null where none came in time. */
  readonly answer: Pick<Sent["call"], "request" | "status" | "body"> | null;
  /** Whether the call's answer is the reply's own stream, which may be late for a good reason. */
  readonly isStream: boolean;
  /** The first thing that its reply told; null where it was not taken, or told nothing in time. */
  readonly told: string | null;
  readonly waited_ms: number;
}

/** Far more than anybody writes, and less than servers refuse without a look, in characters. */
const CHARS = 600_000;

/** This long its call is waited for, in milliseconds. */
const ANSWER_MS = 20_000;

export const longMessage = defineCheck<Context["target"], Evidence>({
  id: "limits/long-message",
  claim:
    "a message that is far too long is refused in words, or answered: no failure of the server, no silence",
  why: "Somebody pastes a log: the server runs into its own limit, says 500 with a stack trace or nothing at all, and the page waits.",
  lookAt: "the limit of a request's body, and what is answered beyond it: 413 or 400, with a sentence",
  needs: ["delete conversations"],
  async collect(context) {
    const { chat, plainHttp } = context.target;
    const talk = await startTalk(context, { name: "long message", options: { num_predict: 4 } });
    const isStream = plainHttp !== undefined && plainHttp.callOf("read", {}) === undefined;
    const start = performance.now();
    const since = (): number => Math.round(performance.now() - start);
    const text = `${context.canary("long")} ${"word ".repeat(CHARS / 5)}`;
    const until = AbortSignal.any([context.signal, abortAfterWaiting(ANSWER_MS)]);
    let sent: Sent;
    try {
      sent = await chat.send({ place: talk.place, conversation: talk.conversation, text }, until);
    } catch (error) {
      context.signal.throwIfAborted();
      if (!until.aborted) throw new NotObservable(`the call was broken off: ${messageOf(error)}`);
      const waited_ms = since();
      if (!isStream) await requireShortTaken(context, talk);
      return { answer: null, isStream, told: null, waited_ms };
    }
    if (sent.conversation !== null) learnConversation(context, talk, sent.conversation);
    const { request, status, body } = sent.call;
    if (status >= 500) await requireShortTaken(context, talk);
    const told = sent.isTaken ? await firstWord(context, talk, sent) : null;
    return { answer: { request, status, body }, isStream, told, waited_ms: since() };
  },
  judge({ answer, isStream, told, waited_ms }) {
    const seconds = Math.round(waited_ms / 1000);
    const seen = `a message of ${CHARS} characters`;
    if (answer === null && isStream)
      throw new NotObservable(`no word of a reply came in ${seconds} s: not judged`);
    if (answer === null) return { ...EXPECTED, found: `no answer in ${seconds} s`, seen };
    const said = `${answer.request} answered ${answerWords(answer)}`;
    if (answer.status >= 500) return { ...EXPECTED, found: said, seen };
    const internals = answer.status >= 400 ? findLeakedInternals(answer.body) : undefined;
    if (internals !== undefined) return { ...EXPECTED, found: `${answer.status}, with ${internals}`, seen };
    if (answer.status >= 400) return { verdict: "holds", seen: said.slice(0, 200) };
    if (told === null)
      throw new NotObservable(`it was taken, and no word of a reply came in ${seconds} s: not judged`);
    return { verdict: "holds", seen: `taken; the reply told ${told}` };
  },
});

const EXPECTED: Pick<Broken, "verdict" | "expected"> = {
  verdict: "broken",
  expected: "4xx with a sentence, or a reply",
};

/** What is told of every message is not about its length: throws {@link CouldNotRun} where a short one is refused as well. */
async function requireShortTaken(context: Context, { place }: Talk): Promise<void> {
  await converseIn(context, await beginTalk(context, place), `Say: ${context.canary("short")}`);
}

/** What the reply tells first. It is ended then: an engine reads so much for a long time. */
async function firstWord(context: Context, talk: Talk, sent: Sent): Promise<string | null> {
  const first = Promise.withResolvers<string | null>();
  const reading = hear(context, talk, sent);
  const callOff = afterWaiting(patienceOf(context.target), () => first.resolve(null));
  reading
    .until("a word", ({ kind }) => kind !== "started" && kind !== "model")
    .then(
      () => first.resolve("a word"),
      (error: unknown) => first.resolve(messageOf(error)),
    );
  const told = await first.promise;
  callOff();
  if (!reading.hasEnded) await endReply(context.target.chat, reading.name(), reading, context.signal);
  reading.leave();
  await reading.ended;
  return told;
}
