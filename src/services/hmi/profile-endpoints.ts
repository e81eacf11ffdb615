import type { FastifyInstance } from "fastify";
import * as z from "zod";
import { ModelIdText, ProfileChange, ProfileDraft } from "../../contract/hmi.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { WireError } from "../../errors.ts";
import type { ProfileStore } from "../conversations/store.ts";
import { endpoint } from "../http/endpoint.ts";

/** The model profiles: what `model_id` names. */
export function serveProfiles(app: FastifyInstance, profiles: ProfileStore): void {
  endpoint(app, hmiRoutes.profiles, {}, async () => ({ status: "ok", profiles: await profiles.list() }));
  endpoint(app, hmiRoutes.newProfile, { body: ProfileDraft }, async ({ body }) => ({
    status: "ok",
    profile: await profiles.create(body),
  }));
  endpoint(app, hmiRoutes.profile, {}, async ({ params }) => ({
    status: "ok",
    profile: await profiles.get(keyFrom(params)),
  }));
  endpoint(app, hmiRoutes.updateProfile, { body: ProfileChange }, async ({ params, body }) => ({
    status: "ok",
    profile: await profiles.update(keyFrom(params), body),
  }));
  endpoint(app, hmiRoutes.deleteProfile, {}, async ({ params }) => {
    await profiles.delete(keyFrom(params));
    return { status: "ok" };
  });
}

function keyFrom(params: Readonly<Record<string, string>>): number {
  const parsed = ModelIdText.safeParse(params["model_id"]);
  if (parsed.success) return parsed.data;
  throw new WireError("invalid_model_id", `model_id: ${z.prettifyError(parsed.error)}`);
}
