import { STEP } from "../../contract/event-id.ts";
import { type StartedEvent, type StreamEvent, usageOf } from "../../contract/events.ts";
import type { Message, Session } from "../../contract/hmi.ts";
import { messageOf, WireError, withoutStop } from "../../errors.ts";
import { EventLog } from "../stream/event-log.ts";

/** What a reader is told of a reply that a stopping service cut short. */
export const INTERRUPTED: NonNullable<Message["error"]> = {
  code: "reply_interrupted",
  message: "The reply was interrupted because a service stopped; this is what had arrived.",
  hint: "Have the message answered again, or send another one.",
};

/** What a reader is told whose reply is not this service's to write any more. */
export const LOST: NonNullable<Message["error"]> = {
  code: "reply_lost",
  message: "The reply could not be saved: its conversation was deleted, or another HMI has taken it over.",
  hint: "Load the conversation again to see what is saved.",
};

/** What a reader is told of a reply that has ended, and that the store could not take. */
export function notSavedYet(reason: unknown): NonNullable<Message["error"]> {
  const { message, hint } = reason instanceof WireError ? reason : { message: messageOf(reason) };
  return {
    code: "reply_not_saved",
    message: `The reply has ended but is not saved yet: ${withoutStop(message)}. It is kept, and saved as soon as that can be done.`,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** The event that every stream of a reply begins with. */
export function startedEvent(row: Message, created?: Session): StartedEvent {
  return {
    type: "started",
    session_id: row.session_id,
    message_id: null,
    assistant_message_id: row.message_id,
    model: row.model_name,
    model_id: row.model_id,
    ...(created && { created: true, title: created.title }),
  };
}

/** The events that open every stream, as far as the log lacks them. */
export function missingStart(log: EventLog): StreamEvent[] {
  const start: StreamEvent[] = [];
  if (log.place.step < STEP.planning) start.push({ type: "status_update", status: "planning" });
  if (log.place.step < STEP.executing) start.push({ type: "status_update", status: "executing" });
  return start;
}

/** The ending of a reply that failed. */
export function failureEvents(error: NonNullable<Message["error"]>): StreamEvent[] {
  return [
    { type: "status_update", status: "error" },
    { type: "error", ...error },
    { type: "done", finish_reason: "error" },
  ];
}

/** The log of a reply that ended earlier, made again from its row, without asking the engine. */
export function logOfRow(row: Message): EventLog {
  const log = new EventLog(row.message_id);
  log.append(startedEvent(row), ...missingStart(log));
  if (row.content !== "") log.append({ type: "token", content: row.content });
  log.append(...endingOf(row));
  return log;
}

function endingOf(row: Message): StreamEvent[] {
  const usage: StreamEvent = {
    type: "usage",
    usage: row.usage ?? usageOf(null, null),
    cost_usd: 0,
    timings: row.timings,
  };
  if (row.status === "complete") {
    const finish_reason = row.finish_reason ?? "stop";
    return [{ type: "status_update", status: "complete" }, usage, { type: "done", finish_reason }];
  }
  if (row.status === "cancelled") {
    const done: StreamEvent = { type: "done", finish_reason: "cancelled" };
    return [{ type: "status_update", status: "cancelled" }, usage, done];
  }
  return failureEvents(row.error ?? INTERRUPTED);
}
