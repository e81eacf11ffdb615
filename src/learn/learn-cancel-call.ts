import { lastFact, textOf } from "../targets/drivers/reply-facts.ts";
import { exchangesOf, type LearnedTalk } from "./find-message-and-reply.ts";
import { idsUsedBy, isSameEndpoint } from "./id-uses.ts";
import { timedFactsBy } from "./learn-stream.ts";
import { isPageLoad, type LoggedExchange } from "./network-log.ts";
import { CANCEL_NAME, callNameOf } from "./network-log-words.ts";
import { isStreamType } from "./stream-events.ts";

/** The call that ended a reply, and how that was seen. */
export interface LearnedCancel {
  readonly exchange: LoggedExchange;
  /** The reply that came while it was asked for, and then ended early; undefined where only its name says what it does. */
  readonly ended: LoggedExchange | undefined;
}

interface Known {
  readonly talk: LearnedTalk;
  /** The ids of replies. */
  readonly replies: ReadonlySet<string>;
  /** The ids of conversations. */
  readonly conversations: ReadonlySet<string>;
}

/** A reply that was cancelled ends within this time, in milliseconds. */
const SOON_MS = 3_000;

/** What one press of a button does, such as closing a stream and calling, is no further apart than this, in milliseconds. */
const SAME_MOMENT_MS = 100;

/**
 * Finds the call that ended a reply, whatever it is called: one that was asked for while a reply came which then ended early.
 * `calls`: those of the page that may be one. A name alone is believed only where no reply went on after it.
 */
export function learnCancelCall(calls: readonly LoggedExchange[], known: Known): LearnedCancel | undefined {
  const streams = repliesIn(calls, known.talk);
  const others = calls.filter(
    ({ method, contentType }) => !/^(?:GET|WS)$/.test(method) && !isStreamType(contentType),
  );
  const loads = calls.filter(isPageLoad);
  const candidates = others
    .filter((call) => !streams.includes(call) && !exchangesOf(known.talk).includes(call))
    .map((exchange) => ({ exchange, ...effectOf(exchange, streams, { talk: known.talk, loads }) }));
  /** What a page also asks for when no reply is ended by it, such as that somebody types, is something else. */
  const isOnlyThere = ({ exchange }: LearnedCancel): boolean =>
    !candidates.some((other) => other.ended === undefined && isSameEndpoint(other.exchange, exchange));
  const isNamed = ({ exchange }: LearnedCancel): boolean => CANCEL_NAME.test(callNameOf(exchange));
  const isOf = ({ exchange }: LearnedCancel, ids: ReadonlySet<string>): boolean =>
    idsUsedBy(exchange).some(({ value }) => ids.has(value));
  const seen = candidates.filter((each) => each.ended !== undefined);
  const own = seen.filter(isOnlyThere);
  const isOfReply = (each: LearnedCancel): boolean => isOf(each, known.replies);
  const isOfConversation = (each: LearnedCancel): boolean => isOf(each, known.conversations);
  const isDeletion = ({ exchange }: LearnedCancel): boolean => exchange.method === "DELETE";
  const possible = candidates.filter(
    (each) =>
      each.exchange.began_ms >= known.talk.said.exchange.began_ms && (!each.isInVain || isOfReply(each)),
  );
  return (
    seen.find(isNamed) ??
    // Of several the one after which the reply ended first.
    own.findLast(isOfReply) ??
    own.findLast(isOfConversation) ??
    own.findLast(isDeletion) ??
    possible.find(isNamed) ??
    possible.find((each) => isDeletion(each) && isOfReply(each))
  );
}

/** The streams of replies: by their type, and what comes by the same call as the one that was understood. */
function repliesIn(calls: readonly LoggedExchange[], talk: LearnedTalk): readonly LoggedExchange[] {
  const alike = calls.filter(
    (each) => each.method !== "WS" && (isStreamType(each.contentType) || isSameEndpoint(each, talk.read)),
  );
  return [...new Set([...alike, ...exchangesOf(talk).filter(({ method }) => method !== "WS")])];
}

interface Effect {
  readonly ended: LoggedExchange | undefined;
  /** A reply came, and went on to its own end. */
  readonly isInVain: boolean;
}

/** What became of the reply that came while a call was made. */
function effectOf(
  call: LoggedExchange,
  streams: readonly LoggedExchange[],
  { talk, loads }: { readonly talk: LearnedTalk; readonly loads: readonly LoggedExchange[] },
): Effect {
  // A page that was loaded again since has left its streams by that.
  const isLoadedSince = (stream: LoggedExchange): boolean =>
    loads.some(({ began_ms }) => began_ms > stream.began_ms && began_ms < call.began_ms);
  const open = streams.filter(
    (stream) => stream.began_ms < call.began_ms && isOpenAt(call.began_ms, stream) && !isLoadedSince(stream),
  );
  // A stream that is open for all replies outlasts each of them: the one that was asked for last may still have come.
  const last = open.findLast(({ channel }) => channel !== undefined);
  const running = open.filter((stream) => stream.channel === undefined || stream === last);
  const ended = running.find(
    (stream) =>
      isEarly(stream, talk) &&
      (stream.isLeft || stream === last || stream.ended_ms - call.began_ms < SOON_MS),
  );
  return { ended, isInVain: ended === undefined && running.some((stream) => !isEarly(stream, talk)) };
}

/** Whether a reply still came: what is called after its reader had left it did not end it. */
function isOpenAt(at_ms: number, { began_ms, ended_ms, isLeft }: LoggedExchange): boolean {
  if (at_ms < ended_ms || !isLeft) return at_ms < ended_ms;
  // Of a stream that the page closed some logs do not tell when.
  const isEndTold = ended_ms > began_ms;
  return at_ms - ended_ms < (isEndTold ? SAME_MOMENT_MS : SOON_MS);
}

/** Whether a reply did not come to the end to which a whole one comes: no end was told, or another reason for it. */
function isEarly(stream: LoggedExchange, { read, reply: { description } }: LearnedTalk): boolean {
  if (stream === read) return false;
  if (stream.isLeft) return true;
  const [whole, seen] = [read, stream].map((each) => ({ facts: timedFactsBy(description, each) }));
  if (whole === undefined || seen === undefined) return false;
  // What is polled may have no text until it is whole; that nobody asked again shows its end.
  if (textOf(seen) === "" && stream.polls.length === 0) return false;
  const done = lastFact(seen, "done");
  // Where only the stream's own end is the end, every reply looks whole.
  if (done === undefined) return lastFact(whole, "done") !== undefined;
  return done.reason !== (lastFact(whole, "done")?.reason ?? null);
}
