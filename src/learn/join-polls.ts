import type { StreamDescription } from "../contract/wire-description.ts";
import { isSameEndpoint } from "./id-uses.ts";
import { inferPolled } from "./infer-polled.ts";
import { jsonAnswer, type LoggedExchange, type NetworkLog } from "./network-log.ts";
import { endWordOf, errorIn, wordsIn } from "./polled-ends.ts";
import { streamOf } from "./stream-events.ts";

/**
 * A log in which a reply that was asked for again and again, until it was whole, is one exchange with all its answers. Other
 * calls that a page repeats stay as they are.
 */
export function joinPolls(log: NetworkLog): NetworkLog {
  const groups = Map.groupBy(log.exchanges.filter(isQuestion), ({ origin, path }) => `${origin}${path}`);
  const wholes = [...groups.values()].flatMap((group) => joinedOf(group) ?? []);
  const joined = new Map<LoggedExchange, LoggedExchange | undefined>();
  for (const group of groups.values()) {
    const whole = joinedOf(group) ?? otherEndOf(group, wholes);
    if (whole === undefined) continue;
    for (const [index, exchange] of group.entries()) joined.set(exchange, index === 0 ? whole : undefined);
  }
  return {
    ...log,
    exchanges: log.exchanges.flatMap((each) => (joined.has(each) ? (joined.get(each) ?? []) : [each])),
  };
}

/** How long a page waited from an answer until it asked again, as a rule, in milliseconds. */
export function pollPauseOf({ polls }: LoggedExchange): number | undefined {
  const pauses = polls.slice(1).map(({ began_ms }, index) => began_ms - (polls[index]?.ended_ms ?? began_ms));
  const middle = pauses.toSorted((a, b) => a - b)[Math.floor(pauses.length / 2)];
  return middle === undefined ? undefined : Math.min(Math.max(Math.round(middle / 50) * 50, 50), 60_000);
}

function isQuestion({ method, status, answer }: LoggedExchange): boolean {
  const isAnswered = answer !== null && jsonAnswer({ answer }) !== undefined;
  return method === "GET" && status < 300 && (isAnswered || status === 202 || status === 204);
}

function joinedOf(group: readonly LoggedExchange[]): LoggedExchange | undefined {
  const joined = group.length > 1 ? pollsAsOne(group) : undefined;
  return joined !== undefined && descriptionOf(joined) !== undefined ? joined : undefined;
}

/** A reply that was asked for as whole ones are, and ended with another word than any of theirs, or with an error. */
function otherEndOf(
  group: readonly LoggedExchange[],
  wholes: readonly LoggedExchange[],
): LoggedExchange | undefined {
  const joined = pollsAsOne(group);
  const whole = joined && wholes.find((each) => isSameEndpoint(each, joined));
  const description = whole && descriptionOf(whole);
  if (joined === undefined || whole === undefined || description === undefined) return undefined;
  const word = endWordOf(description, joined);
  const hasOwnWord = word !== undefined && !wordsIn(description, whole).has(word);
  return hasOwnWord || errorIn(joined) !== undefined ? joined : undefined;
}

function pollsAsOne(group: readonly LoggedExchange[]): LoggedExchange | undefined {
  const [first, last] = [group[0], group.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const polls = group.map(({ answer, status, began_ms, ended_ms }) => ({
    text: answer ?? "",
    status,
    began_ms,
    ended_ms,
  }));
  return { ...first, ended_ms: last.ended_ms, answer: last.answer, polls };
}

function descriptionOf(joined: LoggedExchange): StreamDescription | undefined {
  const stream = streamOf(joined);
  return stream && inferPolled(stream, joined.polls)?.description;
}
