import type { FastifyInstance } from "fastify";
import { SearchQuery, type SearchResults } from "../../contract/hmi-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import type { ConversationStore } from "../conversations/conversation-store.ts";
import { endpoint } from "../http/define-endpoint.ts";
import { userOf } from "../http/user-of-request.ts";

/** Finds what was said. */
export function serveSearch(app: FastifyInstance, store: ConversationStore): void {
  endpoint(
    app,
    hmiRoutes.search,
    { query: SearchQuery },
    async ({ query, request }): Promise<SearchResults> => {
      const { q, limit = 20, offset = 0 } = query;
      const { results, hasMore } = await store.as(userOf(request)).search.find({ query: q, limit, offset });
      return { status: "ok", results, has_more: hasMore };
    },
  );
}
