import type { LearnedMessage } from "./find-message-and-reply.ts";
import { idsToldBy, idsUsedBy } from "./id-uses.ts";
import type { LoggedExchange } from "./network-log.ts";

/** The message that began a conversation, and one that came later in it. */
export interface LearnedTurns {
  readonly first: LearnedMessage;
  readonly later: LearnedMessage;
}

/** Finds, of the other messages of a log, one that a message began the conversation of, or that began its own. */
export function learnTurns(
  message: LearnedMessage,
  others: readonly LearnedMessage[],
): LearnedTurns | undefined {
  for (const other of others) {
    if (isBegunBy(message, other)) return { first: other, later: message };
    if (isBegunBy(other, message)) return { first: message, later: other };
  }
  return undefined;
}

/** Whether a message is to what the answer to another one told first, and that one had not asked by itself. */
function isBegunBy(later: LearnedMessage, first: LearnedMessage): boolean {
  if (later.said.exchange.began_ms <= first.said.exchange.began_ms) return false;
  const own = new Set(usedIn(first.said.exchange));
  const told = new Set([first.said.exchange, first.read].flatMap(idsToldBy).map(({ value }) => value));
  return usedIn(later.said.exchange).some((value) => told.has(value) && !own.has(value));
}

function usedIn(exchange: LoggedExchange): string[] {
  return idsUsedBy(exchange).map(({ value }) => value);
}
