import type { FastifyInstance } from "fastify";
import { hmiRoutes } from "../../contract/routes.ts";
import type { ConversationStore } from "../conversations/conversation-store.ts";
import { endpoint } from "../http/define-endpoint.ts";
import { userOf } from "../http/user-of-request.ts";

/** Of a picture that somebody sent, whatever is in its bytes beside the picture: no page, no script, no other type. */
const PICTURE_HEADERS = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; sandbox",
  "cross-origin-resource-policy": "same-origin",
  // It never changes, and it is its user's alone.
  "cache-control": "private, max-age=31536000, immutable",
} as const;

/** The pictures of messages. */
export function serveImages(app: FastifyInstance, store: ConversationStore): void {
  endpoint(app, hmiRoutes.image, {}, async ({ params, request, reply }) => {
    const picture = await store.as(userOf(request)).messages.image(params["image_id"] ?? "");
    return await reply.headers(PICTURE_HEADERS).type(picture.mediaType).send(Buffer.from(picture.bytes));
  });
}
