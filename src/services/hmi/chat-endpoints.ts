import type { FastifyInstance } from "fastify";
import { POSITION, parseEventId } from "../../contract/event-id.ts";
import type { CancelAnswer } from "../../contract/gateway.ts";
import { GeneralStreamQuery, SendMessage, type SentMessage } from "../../contract/hmi.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { WireError } from "../../errors.ts";
import type { ConversationStore } from "../conversations/store.ts";
import { endpoint } from "../http/endpoint.ts";
import type { EventLog } from "../stream/event-log.ts";
import { sendLog } from "../stream/send.ts";
import type { Chat } from "./chat.ts";

interface ChatParts {
  chat: Chat;
  store: ConversationStore;
  heartbeatMs: number;
}

/** Sending a message, streaming its reply, and cancelling it. */
export function serveChat(app: FastifyInstance, { chat, store, heartbeatMs }: ChatParts): void {
  endpoint(app, hmiRoutes.sendMessage, { body: SendMessage }, async ({ body }): Promise<SentMessage> => {
    const { sessionId, exchange } = await chat.send({
      content: body.message,
      sessionId: body.session_id ?? undefined,
      modelId: body.model_id ?? undefined,
      agentId: body.agent_id,
      model: body.model,
      clientMessageId: body.client_message_id,
    });
    return {
      status: "ok",
      session_id: sessionId,
      message_id: exchange.user.message_id,
      assistant_message_id: exchange.reply.message_id,
      agent_id: exchange.user.agent_id,
      streaming: true,
    };
  });

  endpoint(app, hmiRoutes.stream, {}, async ({ params, request, reply }) => {
    const log = await chat.logOf(params["session_id"] ?? "");
    // Only whoever may have made the conversation is told that it was made.
    await sendLog(request, reply, log, { heartbeatMs, from: POSITION.sessionCreated });
  });

  endpoint(app, hmiRoutes.generalStream, { query: GeneralStreamQuery }, async ({ query, request, reply }) => {
    // An EventSource reconnects by itself, to a GET that sends: it comes back for a reply, not to send again.
    const log =
      (await rejoined(chat, store, request.headers["last-event-id"])) ??
      (
        await chat.send({
          content: query.message,
          sessionId: query.session_id,
          modelId: query.model_id,
          agentId: query.agent_id,
          model: query.model,
          clientMessageId: query.client_message_id,
        })
      ).log;
    await sendLog(request, reply, log, { heartbeatMs });
  });

  endpoint(app, hmiRoutes.cancel, {}, async ({ params }): Promise<CancelAnswer> => {
    const session_id = params["session_id"] ?? "";
    await store.conversations.get(session_id);
    return await chat.cancel(session_id);
  });
}

async function rejoined(
  chat: Chat,
  store: ConversationStore,
  lastEventId: string | string[] | undefined,
): Promise<EventLog | undefined> {
  if (typeof lastEventId !== "string" || lastEventId === "") return undefined;
  const id = parseEventId(lastEventId);
  const row = id && (await store.messages.find(id.messageId));
  if (row !== undefined) return chat.logOfReply(row);
  throw new WireError(
    "not_found",
    `Last-Event-ID "${lastEventId}" names no reply here.`,
    "Send the message again without Last-Event-ID.",
  );
}
