import * as z from "zod";
import { ModelId, Timestamp } from "./common-schemas.ts";
import { LIMITS } from "./contract-defaults.ts";
import { EngineOptions, KeepAlive, Think } from "./gateway-schemas.ts";

/** Settings of a profile: free JSON, of which `options`, `think` and `keep_alive` go to the engine with every message. */
export const ProfileSettings = z.looseObject({
  options: EngineOptions.optional(),
  think: Think.optional(),
  keep_alive: KeepAlive.optional(),
});
export type ProfileSettings = z.infer<typeof ProfileSettings>;

/** A model profile without its key: what a user writes. */
export const ProfileDraft = z.strictObject({
  name: z.string().trim().min(1).max(200),
  description: z.string().max(10_000).default(""),
  /** The engine's model that conversations of this profile use unless a message names another. */
  default_model: z.string().min(1).max(500).nullable().default(null),
  instructions: z.string().max(LIMITS.messageChars).default(""),
  settings: ProfileSettings.default({}),
});
export type ProfileDraft = z.infer<typeof ProfileDraft>;

/** A change to a profile: the fields that are given, nothing else. */
export const ProfileChange = z
  .strictObject({
    name: ProfileDraft.shape.name,
    description: ProfileDraft.shape.description.unwrap(),
    default_model: ProfileDraft.shape.default_model.unwrap(),
    instructions: ProfileDraft.shape.instructions.unwrap(),
    settings: ProfileDraft.shape.settings.unwrap(),
  })
  .partial();
export type ProfileChange = z.infer<typeof ProfileChange>;

/** A model profile: the row that `model_id` names. */
export const Profile = z.object({
  model_id: ModelId,
  name: z.string(),
  description: z.string(),
  default_model: z.string().nullable(),
  instructions: z.string(),
  settings: ProfileSettings,
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Profile = z.infer<typeof Profile>;

export const ProfileAnswer = z.object({ status: z.literal("ok"), profile: Profile });
export const ProfileList = z.object({ status: z.literal("ok"), profiles: z.array(Profile) });
