import type { Reply, ReplyOutcome } from "./reply.ts";

/** Where this service logs. Never a word of what was said. */
export interface HmiLog {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
}

/** How a reply can end without anything being wrong. */
const FINE: ReadonlySet<ReplyOutcome> = new Set(["complete", "cancelled", "left"]);

/** The one line of a reply that has ended; a warning with the error's code, where it has failed. */
export function logEnded(log: HmiLog, reply: Reply, outcome: ReplyOutcome): void {
  const { sessionId, messageId, received, error, ms } = reply;
  const line = {
    conversation: sessionId,
    reply: messageId,
    model: received.model,
    status: outcome,
    tokens: received.usage?.usage.completion_tokens ?? null,
    ms,
  };
  if (FINE.has(outcome)) log.info(line, "reply ended");
  else log.warn({ ...line, code: error?.code }, "reply failed");
}
