import type { FastifyInstance } from "fastify";
import { parseEventId } from "../../contract/event-id.ts";
import type { CancelAnswer } from "../../contract/gateway.ts";
import { GeneralStreamQuery, Regenerate, SendMessage, type SentMessage } from "../../contract/hmi.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import type { ConversationStore } from "../conversations/store.ts";
import { userOf } from "../http/caller-user.ts";
import { endpoint } from "../http/endpoint.ts";
import { lastEventIdOf, type ReaderSettings, sendLog } from "../stream/send.ts";
import type { Chat, Outgoing, Sent } from "./chat.ts";

interface ChatParts {
  chat: Chat;
  store: ConversationStore;
  readers: ReaderSettings;
}

/** Of the GET that sends: since 1 December 2026 (RFC 9745). POST does the same, and no page can be tricked into it. */
const DEPRECATED = { deprecation: "@1796083200" } as const;

/** Sending a message, streaming its reply, and cancelling it. */
export function serveChat(app: FastifyInstance, { chat, store, readers }: ChatParts): void {
  endpoint(
    app,
    hmiRoutes.sendMessage,
    { body: SendMessage },
    async ({ body, request }): Promise<SentMessage> => {
      const sent = await chat.send(userOf(request), {
        content: body.message,
        sessionId: body.session_id ?? undefined,
        modelId: body.model_id ?? undefined,
        agentId: body.agent_id,
        model: body.model,
        clientMessageId: body.client_message_id,
      });
      return sentMessage(sent);
    },
  );

  endpoint(
    app,
    hmiRoutes.regenerate,
    { body: Regenerate },
    async ({ params, body, request }): Promise<SentMessage> => {
      const sent = await chat.regenerate(userOf(request), params["session_id"] ?? "", body.model);
      return sentMessage(sent);
    },
  );

  endpoint(app, hmiRoutes.stream, {}, async ({ params, request, reply }) => {
    const seen = parseEventId(lastEventIdOf(request) ?? "");
    const log = await chat.logOf(userOf(request), params["session_id"] ?? "", seen);
    await sendLog(request, reply, log, readers);
  });

  endpoint(app, hmiRoutes.generalStream, { query: GeneralStreamQuery }, async ({ query, request, reply }) => {
    const lastEventId = lastEventIdOf(request);
    // An EventSource reconnects by itself, to a GET that sends: it comes back for a reply, not to send again.
    const log =
      lastEventId === undefined
        ? (await chat.send(userOf(request), outgoing(query))).log
        : await chat.logOfEvent(userOf(request), lastEventId);
    await sendLog(request, reply, log, { ...readers, headers: DEPRECATED });
  });

  endpoint(app, hmiRoutes.cancel, {}, async ({ params, request }): Promise<CancelAnswer> => {
    const session_id = params["session_id"] ?? "";
    await store.as(userOf(request)).conversations.get(session_id);
    return await chat.cancel(session_id);
  });
}

function outgoing(query: GeneralStreamQuery): Outgoing {
  return {
    content: query.message,
    sessionId: query.session_id,
    modelId: query.model_id,
    agentId: query.agent_id,
    model: query.model,
    clientMessageId: query.client_message_id,
  };
}

function sentMessage({ sessionId, exchange }: Sent): SentMessage {
  return {
    status: "ok",
    session_id: sessionId,
    message_id: exchange.user.message_id,
    assistant_message_id: exchange.reply.message_id,
    agent_id: exchange.user.agent_id,
    streaming: true,
  };
}
