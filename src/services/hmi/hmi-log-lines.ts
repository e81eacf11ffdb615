import type { ReplyOutcome, ReplyRelay } from "./reply-relay.ts";

/** Where this service logs. Never a word of what was said. */
export interface HmiLog {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
}

/** How a reply can end without anything being wrong. */
const FINE: ReadonlySet<ReplyOutcome> = new Set(["complete", "cancelled", "left"]);

/** A line for each step of a reply on its way to the gateway. */
export function logSteps(log: HmiLog, reply: ReplyRelay): void {
  const names = namesOf(reply);
  log.debug(names, "message saved");
  // Also where it ends before: then its own line says so.
  void reply.heard.then(() => log.debug({ ...names, ms: reply.ms }, "gateway heard"));
}

/** The one line of a reply that has ended; a warning with the error's code, where it has failed. */
export function logEnded(log: HmiLog, reply: ReplyRelay, outcome: ReplyOutcome): void {
  const { received, error, ms } = reply;
  const line = {
    ...namesOf(reply),
    model: received.model,
    status: outcome,
    tokens: received.usage?.usage.completion_tokens ?? null,
    ms,
  };
  if (FINE.has(outcome)) log.info(line, "reply");
  else log.warn({ ...line, code: error?.code }, "reply failed");
}

function namesOf({ sessionId, messageId }: ReplyRelay): {
  readonly conversation: string;
  readonly reply: string;
} {
  return { conversation: sessionId, reply: messageId };
}
