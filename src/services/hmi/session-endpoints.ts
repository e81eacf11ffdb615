import type { FastifyInstance, FastifyRequest } from "fastify";
import {
  ChooseVersion,
  ExportQuery,
  type MessageList,
  MessagesQuery,
  NewSession,
  RenameSession,
  type Session,
  type SessionAnswer,
  type SessionList,
  SessionsQuery,
} from "../../contract/hmi-schemas.ts";
import { hmiRoutes, type Route } from "../../contract/routes.ts";
import { requireAgent } from "../conversations/agents.ts";
import type { ConversationStore, UserStore } from "../conversations/conversation-store.ts";
import { endpoint } from "../http/define-endpoint.ts";
import { userOf } from "../http/user-of-request.ts";
import type { CallsAtReplyOwner } from "./calls-at-reply-owner.ts";
import type { ChatService } from "./chat-service.ts";
import { exportConversation } from "./export-conversation.ts";
import type { UserEventPublisher } from "./shared-user-events.ts";

interface SessionParts {
  chat: ChatService;
  store: ConversationStore;
  /** Where it is told what has changed. */
  events: UserEventPublisher;
  atOwner: CallsAtReplyOwner;
  defaultAgent: string;
}

/** Conversations, which the endpoints call sessions, and their messages. */
export function serveSessions(
  app: FastifyInstance,
  { chat, store, events, atOwner, defaultAgent }: SessionParts,
): void {
  const of = (request: FastifyRequest): UserStore => store.as(userOf(request));
  /** Answers with a conversation that has changed, and tells its user's other pages. */
  const answer = async (request: FastifyRequest, changed: Promise<Session>): Promise<SessionAnswer> => {
    const session = await changed;
    events.publish(userOf(request), { type: "session_changed", session });
    return { status: "ok", session };
  };

  endpoint(
    app,
    hmiRoutes.sessions,
    { query: SessionsQuery },
    async ({ query, request }): Promise<SessionList> => {
      const modelId = query.model_id === "none" ? null : query.model_id;
      const archived = query.archived === "all" ? query.archived : query.archived === "true";
      const { limit = 50, offset = 0 } = query;
      const filter = { modelId, archived, limit, offset };
      return { status: "ok", ...(await of(request).conversations.list(filter)) };
    },
  );

  endpoint(app, hmiRoutes.newSession, { body: NewSession }, async ({ body, request }) => {
    const agentId = body.agent_id ?? defaultAgent;
    requireAgent(agentId);
    const conversation = { modelId: body.model_id ?? null, agentId, model: body.model };
    return await answer(request, of(request).conversations.create(conversation));
  });

  endpoint(app, hmiRoutes.resumeSession, {}, ({ params, request }) =>
    answer(request, of(request).conversations.activate(params["session_id"] ?? "")),
  );

  endpoint(
    app,
    hmiRoutes.messages,
    { query: MessagesQuery },
    async ({ params, query, request }): Promise<MessageList> => {
      const { conversations, messages } = of(request);
      const session = await conversations.get(params["session_id"] ?? "");
      const rows = await messages.list(session.session_id, query.limit);
      return { status: "ok", session, messages: rows, count: rows.length };
    },
  );

  endpoint(
    app,
    hmiRoutes.chooseVersion,
    { body: ChooseVersion },
    async ({ params, body, request, reply }): Promise<MessageList | undefined> => {
      const session_id = params["session_id"] ?? "";
      const choose = () => chat.choose(userOf(request), session_id, body.message_id);
      const rows = await atOwner.actWhereAnswered({ request, reply }, choose);
      if (rows === undefined) return undefined;
      const session = await of(request).conversations.get(session_id);
      return { status: "ok", session, messages: rows, count: rows.length };
    },
  );

  endpoint(app, hmiRoutes.renameSession, { body: RenameSession }, ({ params, body, request }) =>
    answer(request, of(request).conversations.rename(params["session_id"] ?? "", body.title)),
  );

  /**
   * Serves a call that ends the conversation's reply before `act` does what was asked for; where another HMI writes
   * that reply, there.
   */
  const settling = (
    route: Route,
    act: (call: { request: FastifyRequest; session_id: string }) => Promise<unknown>,
  ): void =>
    endpoint(app, route, {}, async ({ params, request, reply }) => {
      const { session_id } = await of(request).conversations.get(params["session_id"] ?? "");
      if (await atOwner.answer({ request, reply }, { sessionId: session_id })) return;
      await chat.settle(session_id);
      return await act({ request, session_id });
    });

  settling(hmiRoutes.archiveSession, ({ request, session_id }) =>
    answer(request, of(request).conversations.archive(session_id)),
  );

  endpoint(app, hmiRoutes.unarchiveSession, {}, ({ params, request }) =>
    answer(request, of(request).conversations.unarchive(params["session_id"] ?? "")),
  );

  settling(hmiRoutes.clearSession, async ({ request, session_id }) => {
    const { conversations } = of(request);
    const renewed = await answer(request, conversations.renew(session_id));
    await answer(request, conversations.get(session_id));
    return renewed;
  });

  endpoint(
    app,
    hmiRoutes.exportSession,
    { query: ExportQuery },
    async ({ params, query, request, reply }) => {
      const { conversations, messages } = of(request);
      const session = await conversations.get(params["session_id"] ?? "");
      const { session_id } = session;
      const exported = {
        session,
        messages: await messages.list(session_id),
        // For programs everything; people read what was shown.
        otherVersions: query.format === "json" ? await messages.listOthers(session_id) : [],
      };
      const file = exportConversation(exported, query.format);
      return await reply
        .header("content-disposition", `attachment; filename="${file.name}"`)
        .type(file.type)
        .send(file.body);
    },
  );

  settling(hmiRoutes.deleteSession, async ({ request, session_id }) => {
    await of(request).conversations.delete(session_id);
    // A message may have come in between, and its reply has no row any more.
    await chat.settle(session_id);
    chat.forget(session_id);
    events.publish(userOf(request), { type: "session_deleted", session_id });
    return { status: "ok" };
  });
}
