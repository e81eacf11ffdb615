import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import * as z from "zod";
import { ChatExportQuery, type ImportReport } from "../../contract/chat-export.ts";
import { LIMITS } from "../../contract/contract-defaults.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import type { ConversationStore } from "../conversations/conversation-store.ts";
import { endpoint } from "../http/define-endpoint.ts";
import { takeJsonText } from "../http/json-body.ts";
import { userOf } from "../http/user-of-request.ts";
import { importConversations } from "./chat-import/import-conversations.ts";
import { exportEverything, planExport } from "./export-everything.ts";
import type { UserEventPublisher } from "./shared-user-events.ts";

interface TransferParts {
  readonly store: ConversationStore;
  /** Where it is told what has come. */
  readonly events: UserEventPublisher;
  /** The agent of a conversation whose file names none. */
  readonly defaultAgent: string;
}

const ImportBody = z.string({ error: "the file that is to be imported is expected, as JSON" });

/** All that a user has as a file, and such files brought in. */
export function serveChatImportExport(
  app: FastifyInstance,
  { store, events, defaultAgent }: TransferParts,
): void {
  endpoint(app, hmiRoutes.exportChats, { query: ChatExportQuery }, async ({ query, request, reply }) => {
    const own = store.as(userOf(request));
    const { session_id } = query;
    const plan = await planExport(own, session_id);
    const name = session_id ?? new Date().toISOString().slice(0, 10);
    return await reply
      .header("content-disposition", `attachment; filename="chat-export-${name}.json"`)
      .type("application/json; charset=utf-8")
      .send(Readable.from(exportEverything(own, plan)));
  });

  void app.register(async (part) => {
    takeJsonText(part);
    endpoint(
      part,
      hmiRoutes.importChats,
      { body: ImportBody, largeBody: LIMITS.importBodyBytes },
      async ({ body, request }): Promise<ImportReport> => {
        const user = userOf(request);
        const target = { own: store.as(user), defaults: { agentId: defaultAgent } };
        try {
          return await importConversations(body, target);
        } finally {
          // Also where it was cut off: what has come until then is there.
          events.publish(user, { type: "reset" });
        }
      },
    );
  });
}
