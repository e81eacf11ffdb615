import { idsToldBy, idsUsedBy } from "./id-uses.ts";
import { leavesOf } from "./json-leaves.ts";
import type { LearnedFailure } from "./learn-failure.ts";
import { type LearnedStream, learnStream } from "./learn-stream.ts";
import { type LearnedTurns, learnTurns } from "./learn-turns.ts";
import {
  type MessageCandidate,
  messageCandidates,
  textsShownBeside,
  weightOfCandidate,
} from "./message-candidates.ts";
import { type LoggedExchange, mayBeConversation, type NetworkLog } from "./network-log.ts";
import { isLeftOut, nothingLearned } from "./nothing-learned.ts";
import { isStopped } from "./stopped-replies.ts";

/** A message in a log, with the stream of its reply. */
export interface LearnedMessage {
  readonly said: MessageCandidate;
  readonly reply: LearnedStream;
  /** The exchange that streamed the reply: often the one that carried the message. */
  readonly read: LoggedExchange;
}

/** The message in a log that is understood best. */
export interface LearnedTalk extends LearnedMessage {
  /** Two messages of its conversation, of which it is one; undefined where the log has no two. */
  readonly turns: LearnedTurns | undefined;
  /** By what another reply of the log told that it failed; undefined where this one tells it, or none failed. */
  readonly failure?: LearnedFailure;
}

/**
 * Finds the message and its reply in a log: of all pairs the one for which most speaks.
 *
 * @param text what the person said, where that is known
 * @throws UserError `nothing_learned` where there is none, with what is there instead
 */
export function findMessageAndReply(log: NetworkLog, text?: string): LearnedTalk {
  const said = messageCandidates(log);
  const shown = textsShownBeside(said, log);
  const messages = said.filter((each) =>
    text === undefined ? weightOfCandidate(each, shown) > 0 : each.text.trim() === text.trim(),
  );
  const replies: Reply[] = log.exchanges.filter(mayBeConversation).flatMap((exchange) => {
    // What a call says itself, such as its model's name, is not what it is answered.
    const asked = new URL(exchange.path, exchange.origin).searchParams.values();
    const said = leavesOf(exchange.requestBody).map(({ value }) => String(value));
    const sent = new Set([...asked, ...said].map((value) => value.trim()));
    const rows = new Set([...shown].filter((shownText) => !sent.has(shownText)));
    const reply = learnStream(exchange, { rows, sent });
    return reply === undefined || reply.text.trim() === "" ? [] : [{ read: exchange, reply }];
  });
  const pairs = (texts: readonly MessageCandidate[], read: readonly Reply[]): LearnedMessage[] =>
    texts
      .flatMap((each) => read.map((reply) => ({ said: each, ...reply })))
      .filter(canBePair)
      .map((message) => ({ message, weight: weightOf(message, shown, log) }))
      .toSorted((a, b) => b.weight - a.weight)
      .map(({ message }) => message);
  const [best] = pairs(messages, replies);
  if (best !== undefined) {
    // What is already the text, or the reply, of one message is none of another, here and among the others; nor is a word alone, such as a name that logs in.
    // A later message may bring what an earlier one was answered.
    const isReplied = ({ text, exchange }: MessageCandidate): boolean =>
      replies.some(
        ({ read, reply }) =>
          reply.logged.framing === best.reply.logged.framing &&
          read.began_ms < exchange.began_ms &&
          reply.text.trim() === text.trim(),
      );
    const likely = pairs(
      said.filter(
        (each) =>
          each.exchange !== best.said.exchange &&
          each.text !== best.said.text &&
          !isReplied(each) &&
          weightOfCandidate(each, shown) >= LIKELY_SAID,
      ),
      replies.filter(({ read }) => read !== best.read),
    );
    const others = likely.filter(
      (each, index) => likely.findIndex(({ read }) => read === each.read) === index,
    );
    return { ...best, turns: learnTurns(best, others) };
  }
  const [likely] = messages
    .filter((each) => text !== undefined || weightOfCandidate(each, shown) >= LIKELY_SAID)
    .toSorted((a, b) => weightOfCandidate(b, shown) - weightOfCandidate(a, shown));
  throw nothingLearned(log, { text, message: likely, isAnswered: replies.length > 0 });
}

/** The exchanges of a talk: those that carried its messages and those that streamed their replies, in their order. */
export function exchangesOf(talk: LearnedTalk): readonly LoggedExchange[] {
  const messages = talk.turns === undefined ? [talk] : [talk.turns.first, talk.turns.later];
  return messages.flatMap(({ said, read }) => [said.exchange, read]);
}

type Reply = Pick<LearnedMessage, "read" | "reply">;

/** A reply is asked for with its message or after it; one that is no stream only with it. */
function canBePair({ said, reply, read }: LearnedMessage): boolean {
  const { exchange, text } = said;
  if (reply.text.trim() === text.trim() || isLeftOut(exchange)) return false;
  if (exchange === read) return true;
  const isStream = reply.logged.framing !== "json" && reply.logged.framing !== "text";
  // A WebSocket may have been open before.
  const isInTime = read.method === "WS" || read.began_ms >= exchange.began_ms;
  return isStream && isInTime && read.origin === exchange.origin && exchange.method !== "WS";
}

const WEIGHT_OF_FRAMING = {
  sse: 5,
  ndjson: 5,
  websocket: 5,
  "socket.io": 5,
  "data-stream": 5,
  polled: 3,
  text: 2,
  json: 0,
} as const;

function weightOf(
  { said, reply, read }: LearnedMessage,
  shown: ReadonlySet<string>,
  log: NetworkLog,
): number {
  const between = Math.abs(log.exchanges.indexOf(read) - log.exchanges.indexOf(said.exchange));
  return (
    weightOfCandidate(said, shown) +
    WEIGHT_OF_FRAMING[reply.logged.framing] +
    (reply.knownAs === undefined ? 0 : 3) +
    (shown.has(reply.text.trim()) ? 5 : 0) +
    (reply.description.done === undefined ? 0 : 1) +
    Math.min(reply.logged.events.length, 20) / 20 +
    (said.exchange === read ? 1 : 0) +
    (isNamedIn(said.exchange, read) ? 3 : 0) -
    (isStopped(log, read) ? STOPPED : 0) -
    Math.min(between, 20) / 10
  );
}

/** Whether a call tells, or names, the id that a reply has on the stream of all. */
function isNamedIn(exchange: LoggedExchange, { channel }: LoggedExchange): boolean {
  return (
    channel?.isTurn === false &&
    [...idsToldBy(exchange), ...idsUsedBy(exchange)].some(({ value }) => value === channel.value)
  );
}

/** Of two replies the whole one is understood: what is said at the end of the other is another thing. */
const STOPPED = 6;

/** With this much speaking for it, something is a message also where nothing answers it: a name for one, or words. */
const LIKELY_SAID = 2;
