import type { FastifyRequest } from "fastify";
import { parseEventId, type StreamPlace } from "../../contract/event-id.ts";
import type { EventLog } from "./event-log.ts";

/** What a client that comes back saw last, as it says; undefined for one that comes for the first time. */
export function lastEventIdOf(request: FastifyRequest): string | undefined {
  const header = request.headers["last-event-id"];
  return typeof header === "string" && header !== "" ? header : undefined;
}

/** Where the client left off, if it left off in this generation. */
export function placeSeen(request: FastifyRequest, log: EventLog): StreamPlace | undefined {
  const id = parseEventId(lastEventIdOf(request) ?? "");
  return id?.messageId === log.messageId ? id.place : undefined;
}
