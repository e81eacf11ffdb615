import type { FastifyInstance, FastifyRequest } from "fastify";
import * as z from "zod";
import { ModelIdText } from "../../contract/hmi-schemas.ts";
import { ProfileChange, ProfileDraft } from "../../contract/profile-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { WireError } from "../../contract/wire-error.ts";
import type { ConversationStore, ProfileStore } from "../conversations/conversation-store.ts";
import { endpoint } from "../http/define-endpoint.ts";
import { userOf } from "../http/user-of-request.ts";

/** The model profiles: what `model_id` names. */
export function serveProfiles(app: FastifyInstance, store: ConversationStore): void {
  const profilesOf = (request: FastifyRequest): ProfileStore => store.as(userOf(request)).profiles;

  endpoint(app, hmiRoutes.profiles, {}, async ({ request }) => ({
    status: "ok",
    profiles: await profilesOf(request).list(),
  }));
  endpoint(app, hmiRoutes.newProfile, { body: ProfileDraft }, async ({ body, request }) => ({
    status: "ok",
    profile: await profilesOf(request).create(body),
  }));
  endpoint(app, hmiRoutes.profile, {}, async ({ params, request }) => ({
    status: "ok",
    profile: await profilesOf(request).get(keyFrom(params)),
  }));
  endpoint(app, hmiRoutes.updateProfile, { body: ProfileChange }, async ({ params, body, request }) => ({
    status: "ok",
    profile: await profilesOf(request).update(keyFrom(params), body),
  }));
  endpoint(app, hmiRoutes.deleteProfile, {}, async ({ params, request }) => {
    await profilesOf(request).delete(keyFrom(params));
    return { status: "ok" };
  });
}

function keyFrom(params: Readonly<Record<string, string>>): number {
  const parsed = ModelIdText.safeParse(params["model_id"]);
  if (parsed.success) return parsed.data;
  throw new WireError("invalid_model_id", `model_id: ${z.prettifyError(parsed.error)}`);
}
