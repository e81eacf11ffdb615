import type { FastifyInstance } from "fastify";
import { LIMITS } from "../../contract/contract-defaults.ts";
import { parseEventId } from "../../contract/event-id.ts";
import { Cancel, type CancelAnswer } from "../../contract/gateway-schemas.ts";
import {
  GeneralStreamQuery,
  Regenerate,
  SendMessage,
  type SentMessage,
  StreamQuery,
} from "../../contract/hmi-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { WireError } from "../../contract/wire-error.ts";
import type { ConversationStore } from "../conversations/conversation-store.ts";
import { endpoint } from "../http/define-endpoint.ts";
import { userOf } from "../http/user-of-request.ts";
import type { PassableCall } from "../replicas/replica-call-forwarder.ts";
import type { EventLog } from "../stream/event-log.ts";
import { lastEventIdOf } from "../stream/last-event-id.ts";
import { type ReaderSettings, sendLog, sendNothingMore } from "../stream/send-event-stream.ts";
import type { CallsAtReplyOwner } from "./calls-at-reply-owner.ts";
import type { ChatService } from "./chat-service.ts";
import type { SentAndSaved } from "./exchange-starter.ts";
import type { Outgoing } from "./outgoing-message.ts";
import { readImage } from "./read-image.ts";

interface ChatParts {
  chat: ChatService;
  store: ConversationStore;
  atOwner: CallsAtReplyOwner;
  readers: ReaderSettings;
}

/** Of the GET that sends: since 1 December 2026 (RFC 9745). POST does the same, and no page can be tricked into it. */
const DEPRECATED = { deprecation: "@1796083200" } as const;

/** What a reader of the general stream is sent: undefined where it lacks nothing; or nothing here, because the owner has answered. */
type JoinedLog = EventLog | "answered" | undefined;

/** Sending a message, streaming its reply, and cancelling it. */
export function serveChat(app: FastifyInstance, { chat, store, atOwner, readers }: ChatParts): void {
  const begun = async (call: PassableCall, begin: () => Promise<SentAndSaved>) => {
    const sent = await atOwner.actWhereAnswered(call, begin);
    return sent && sentMessage(sent);
  };

  endpoint(
    app,
    hmiRoutes.sendMessage,
    { body: SendMessage, largeWith: { fields: ["images"], bytes: LIMITS.imageBodyBytes } },
    async ({ body, request, reply }): Promise<SentMessage | undefined> =>
      begun({ request, reply }, () => chat.send(userOf(request), outgoingMessage(body))),
  );

  endpoint(
    app,
    hmiRoutes.regenerate,
    { body: Regenerate },
    async ({ params, body, request, reply }): Promise<SentMessage | undefined> => {
      const { message_id: messageId, model, think } = body;
      const settings = think === undefined ? {} : { think };
      const again = { sessionId: params["session_id"] ?? "", messageId, model, settings };
      return await begun({ request, reply }, () => chat.regenerate(userOf(request), again));
    },
  );

  endpoint(app, hmiRoutes.stream, { query: StreamQuery }, async ({ params, query, request, reply }) => {
    const sessionId = params["session_id"] ?? "";
    const { message_id: messageId } = query;
    const seen = parseEventId(lastEventIdOf(request) ?? "");
    const asked = { sessionId, messageId, seen };
    if (await atOwner.answer({ request, reply }, asked)) return;
    const log = await chat.logOf(userOf(request), asked);
    if (log === undefined) return sendNothingMore(reply);
    return await sendLog(request, reply, log, readers);
  });

  const joinSent = async (call: PassableCall, outgoing: Outgoing): Promise<JoinedLog> => {
    const sent = await atOwner.actWhereAnswered(call, () => chat.send(userOf(call.request), outgoing));
    if (sent === undefined) return "answered";
    return (await atOwner.answerForReply(call, sent.exchange.reply)) ? "answered" : await sent.log();
  };
  /** An EventSource reconnects by itself, to a GET that sends: it comes back for a reply, not to send again. */
  const joinSeen = async (call: PassableCall, lastEventId: string): Promise<JoinedLog> =>
    (await atOwner.answerForEvent(call, lastEventId))
      ? "answered"
      : await chat.logOfEvent(userOf(call.request), lastEventId);

  endpoint(app, hmiRoutes.generalStream, { query: GeneralStreamQuery }, async ({ query, request, reply }) => {
    const lastEventId = lastEventIdOf(request);
    const log =
      lastEventId === undefined
        ? await joinSent({ request, reply }, outgoingQuery(query))
        : await joinSeen({ request, reply }, lastEventId);
    if (log === "answered") return;
    if (log === undefined) return sendNothingMore(reply);
    return await sendLog(request, reply, log, { ...readers, headers: DEPRECATED });
  });

  endpoint(
    app,
    hmiRoutes.cancel,
    { body: Cancel },
    async ({ params, body, request, reply }): Promise<CancelAnswer | undefined> => {
      const session_id = params["session_id"] ?? "";
      await store.as(userOf(request)).conversations.get(session_id);
      const asked = { sessionId: session_id, messageId: body.message_id };
      if (await atOwner.answerCancel({ request, reply }, asked)) return undefined;
      return await chat.cancel(userOf(request), session_id, body.message_id);
    },
  );
}

/** Throws `bad_request` where it is to be a version of a message of no conversation. */
function outgoingMessage(body: SendMessage): Outgoing {
  const { think, keep_alive, edits } = body;
  if (edits !== undefined && body.session_id == null) {
    throw new WireError(
      "bad_request",
      "edits: needs the session_id of the conversation that the message is in.",
    );
  }
  return {
    content: body.message,
    ...(body.images && { images: body.images.map(readImage) }),
    settings: {
      ...(think === undefined ? {} : { think }),
      ...(keep_alive === undefined ? {} : { keep_alive }),
    },
    sessionId: body.session_id ?? undefined,
    modelId: body.model_id ?? undefined,
    agentId: body.agent_id,
    model: body.model,
    clientMessageId: body.client_message_id,
    edits,
    otherwise: "new",
  };
}

function outgoingQuery(query: GeneralStreamQuery): Outgoing {
  return {
    content: query.message,
    sessionId: query.session_id,
    modelId: query.model_id,
    agentId: query.agent_id,
    model: query.model,
    clientMessageId: query.client_message_id,
    otherwise: "active",
  };
}

function sentMessage({ sessionId, exchange }: SentAndSaved): SentMessage {
  return {
    status: "ok",
    session_id: sessionId,
    message_id: exchange.user.message_id,
    assistant_message_id: exchange.reply.message_id,
    agent_id: exchange.user.agent_id,
    streaming: true,
  };
}
