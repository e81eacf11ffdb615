import type { StreamEvent } from "../../contract/event-schemas.ts";
import { endedStatus, type Message } from "../../contract/hmi-schemas.ts";
import { EventLog } from "../stream/event-log.ts";
import { missingStart } from "./normalized-gateway-reply.ts";
import { INTERRUPTED } from "./reply-errors.ts";
import { endingEvents, startedEvent } from "./reply-events.ts";

/** The log of a reply that ended earlier, made again from its row, without asking the engine. */
export function replaySavedReply(row: Message, messageId: string | null): EventLog {
  const log = new EventLog(row.message_id);
  log.append(startedEvent({ row, messageId }), { type: "status_update", status: "planning" });
  const told = new Map(row.notices.map((notice) => [notice.code, { type: "notice", ...notice } as const]));
  const trimmed = told.get("context_trimmed");
  const repeating = told.get("repeating");
  log.append(...(trimmed ? [trimmed] : []), ...missingStart(log.place.step));
  if (row.thinking !== null) log.append({ type: "thinking", content: row.thinking });
  if (row.content !== "") log.append({ type: "token", content: row.content });
  log.append(...(repeating ? [repeating] : []), ...endingOf(row));
  return log;
}

function endingOf(row: Message): StreamEvent[] {
  const { usage, timings } = row;
  return endingEvents({
    status: endedStatus(row.status),
    finishReason: row.finish_reason ?? "stop",
    // What it cost is in no row.
    usage: usage === null ? undefined : { type: "usage", usage, cost_usd: null, timings },
    error: row.error ?? INTERRUPTED,
    hasBegun: row.content !== "" || row.thinking !== null,
  });
}
