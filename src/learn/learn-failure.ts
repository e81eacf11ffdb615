import type { StreamDescription } from "../contract/wire-description.ts";
import { statusMeant } from "../targets/drivers/described-rows.ts";
import { valueAt } from "../targets/drivers/json-place.ts";
import type { LearnedTalk } from "./find-message-and-reply.ts";
import { isSameEndpoint } from "./id-uses.ts";
import { failureOf } from "./infer-beside-text.ts";
import type { LoggedExchange, NetworkLog } from "./network-log.ts";
import { endPlaceOf, endWordOf, errorIn, wordsIn } from "./polled-ends.ts";
import { isStopped } from "./stopped-replies.ts";
import { type LoggedEvent, streamOf } from "./stream-events.ts";
import { nameOf } from "./stream-field-paths.ts";

/** By what a reply tells that it failed, as another one than the understood showed it. */
export interface LearnedFailure {
  readonly rule: NonNullable<StreamDescription["failure"]>;
  readonly exchange: LoggedExchange;
  readonly event: LoggedEvent;
}

/** A talk whose stream also says how a failure is told, where another reply of its log failed. */
export function withLearnedFailure(log: NetworkLog, talk: LearnedTalk): LearnedTalk {
  const { reply } = talk;
  if (reply.knownAs !== undefined || reply.description.failure !== undefined) return talk;
  const failure = learnFailure(log, talk);
  if (failure === undefined) return talk;
  return {
    ...talk,
    failure,
    reply: {
      ...reply,
      description: withFailure(reply.description, failure.rule),
      unknown: reply.unknown.filter((words) => !FAILURE_WORDS.test(words)),
    },
  };
}

/** What is said where no failure was in a log. */
const FAILURE_WORDS = /^(?:how )?a failure/;

/** The rule stands where people look for it: before the end. */
function withFailure(
  { done, ...stream }: StreamDescription,
  failure: StreamDescription["failure"],
): StreamDescription {
  return { ...stream, failure, ...(done !== undefined && { done }) };
}

function learnFailure(log: NetworkLog, { read, reply }: LearnedTalk): LearnedFailure | undefined {
  const { description } = reply;
  const others = log.exchanges.filter(
    (each) => each !== read && isSameEndpoint(each, read) && !isStopped(log, each),
  );
  for (const exchange of others) {
    const stream = streamOf(exchange);
    if (stream?.framing !== description.framing) continue;
    const rule =
      stream.framing === "polled"
        ? polledFailure(exchange, { description, whole: read })
        : failureOf(
            stream.events.map((event) => ({ ...event, type: nameOf(event, description.type) })),
            description.type,
          );
    const event = rule && eventOf(stream.events, rule, description);
    if (rule !== undefined && event !== undefined) return { rule, exchange, event };
  }
  return undefined;
}

/** The event that tells it: of answers that are polled, the last one. */
function eventOf(
  events: readonly LoggedEvent[],
  rule: LearnedFailure["rule"],
  { framing }: StreamDescription,
): LoggedEvent | undefined {
  if (framing === "polled") return events.at(-1);
  const [{ message } = { message: "" }] = [rule].flat();
  return events.find(({ value }) => Boolean(valueAt(value, message)));
}

interface WholeReply {
  readonly description: StreamDescription;
  readonly whole: LoggedExchange;
}

/** Of a reply that is polled: by the word with which the last answer says how it stands, and by what only that one says of an error. */
function polledFailure(
  exchange: LoggedExchange,
  { description, whole }: WholeReply,
): LearnedFailure["rule"] | undefined {
  const message = errorIn(exchange);
  const place = endPlaceOf(description);
  const word = endWordOf(description, exchange);
  const isOwn = word !== undefined && !wordsIn(description, whole).has(word);
  // A word alone is one for a failure where everybody calls it so.
  const isFailed = message !== undefined || (isOwn && statusMeant(word) === "error");
  if (!isFailed) return undefined;
  const where = isOwn && place !== undefined ? { [place]: word } : undefined;
  return { ...(where !== undefined && { where }), message: message?.place ?? place ?? "" };
}
