import type { FastifyInstance } from "fastify";
import {
  ExportQuery,
  type MessageList,
  MessagesQuery,
  NewSession,
  RenameSession,
  type SessionAnswer,
  type SessionList,
  SessionsQuery,
} from "../../contract/hmi.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { requireAgent } from "../conversations/agents.ts";
import type { ConversationStore } from "../conversations/store.ts";
import { endpoint } from "../http/endpoint.ts";
import type { Chat } from "./chat.ts";
import { exportConversation } from "./export.ts";

interface SessionParts {
  chat: Chat;
  store: ConversationStore;
  defaultAgent: string;
}

/** Conversations, which the endpoints call sessions, and their messages. */
export function serveSessions(app: FastifyInstance, { chat, store, defaultAgent }: SessionParts): void {
  const { conversations, messages } = store;
  const answer = async (session: Promise<SessionAnswer["session"]>): Promise<SessionAnswer> => ({
    status: "ok",
    session: await session,
  });

  endpoint(app, hmiRoutes.sessions, { query: SessionsQuery }, async ({ query }): Promise<SessionList> => {
    const modelId = query.model_id === "none" ? null : query.model_id;
    const { limit = 50, offset = 0 } = query;
    return { status: "ok", ...(await conversations.list({ modelId, limit, offset })) };
  });

  endpoint(app, hmiRoutes.newSession, { body: NewSession }, async ({ body }) => {
    const agentId = body.agent_id ?? defaultAgent;
    requireAgent(agentId);
    return await answer(conversations.create({ modelId: body.model_id ?? null, agentId, model: body.model }));
  });

  endpoint(app, hmiRoutes.resumeSession, {}, ({ params }) =>
    answer(conversations.activate(params["session_id"] ?? "")),
  );

  endpoint(
    app,
    hmiRoutes.messages,
    { query: MessagesQuery },
    async ({ params, query }): Promise<MessageList> => {
      const session = await conversations.get(params["session_id"] ?? "");
      const rows = await messages.list(session.session_id, query.limit);
      return { status: "ok", session, messages: rows, count: rows.length };
    },
  );

  endpoint(app, hmiRoutes.renameSession, { body: RenameSession }, ({ params, body }) =>
    answer(conversations.rename(params["session_id"] ?? "", body.title)),
  );

  endpoint(app, hmiRoutes.archiveSession, {}, async ({ params }) => {
    await chat.settle(params["session_id"] ?? "");
    return await answer(conversations.archive(params["session_id"] ?? ""));
  });

  endpoint(app, hmiRoutes.clearSession, {}, async ({ params }) => {
    await chat.settle(params["session_id"] ?? "");
    return await answer(conversations.renew(params["session_id"] ?? ""));
  });

  endpoint(app, hmiRoutes.exportSession, { query: ExportQuery }, async ({ params, query, reply }) => {
    const session = await conversations.get(params["session_id"] ?? "");
    const file = exportConversation(session, await messages.list(session.session_id), query.format);
    return await reply
      .header("content-disposition", `attachment; filename="${file.name}"`)
      .type(file.type)
      .send(file.body);
  });

  endpoint(app, hmiRoutes.deleteSession, {}, async ({ params }) => {
    const { session_id } = await conversations.get(params["session_id"] ?? "");
    await chat.settle(session_id);
    await conversations.delete(session_id);
    // A message may have come in between, and its reply has no row any more.
    await chat.settle(session_id);
    chat.forget(session_id);
    return { status: "ok" };
  });
}
