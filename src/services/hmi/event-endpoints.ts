import type { FastifyInstance } from "fastify";
import { hmiRoutes } from "../../contract/routes.ts";
import { endpoint } from "../http/define-endpoint.ts";
import { userOf } from "../http/user-of-request.ts";
import { lastEventIdOf } from "../stream/last-event-id.ts";
import { type ReaderSettings, sendEvents } from "../stream/send-event-stream.ts";
import type { UserEvents } from "./user-events.ts";

/** What happens in a user's conversations, as an event stream that goes on until the page or the service ends. */
export function serveEvents(app: FastifyInstance, events: UserEvents, readers: ReaderSettings): void {
  endpoint(app, hmiRoutes.events, {}, async ({ request, reply }) => {
    await sendEvents(reply, events.read(userOf(request), lastEventIdOf(request)), readers);
  });
}
