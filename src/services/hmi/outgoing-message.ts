import { WireError } from "../../contract/wire-error.ts";
import type { ClientKey, Destination, PictureBytes, UserStore } from "../conversations/conversation-store.ts";
import type { EngineSettings } from "../conversations/engine-settings.ts";
import { fingerprintOf } from "../conversations/message-fingerprint.ts";
import type { LimitsOf } from "../conversations/model-limits.ts";

/** A message that a user sends. */
export interface Outgoing extends Destination {
  readonly content: string;
  readonly images?: readonly PictureBytes[];
  /** How it is to be answered, where it says so itself. */
  readonly settings?: EngineSettings;
  readonly clientMessageId?: string | undefined;
  /** The user's message of the given conversation that this one is another version of. */
  readonly edits?: string | undefined;
  /** Where it goes that names no conversation: to a new one, or to the active one of its profile. */
  readonly otherwise: "new" | "active";
}

/** A message that is to be answered again. */
export interface Again {
  readonly sessionId: string;
  /** The reply that is meant, or the message that it answers; undefined for the last. */
  readonly messageId?: string | undefined;
  /** Undefined for the model of the reply before. */
  readonly model?: string | undefined;
  readonly settings?: EngineSettings;
}

/** The model that a message will be answered by; null for the default one. */
export async function modelFor(
  store: UserStore,
  { model, sessionId, modelId }: Outgoing,
): Promise<string | null> {
  if (model !== undefined) return model;
  if (sessionId === undefined)
    return modelId == null ? null : (await store.profiles.get(modelId)).default_model;
  const [session, profile] = await Promise.all([
    store.conversations.get(sessionId),
    store.profiles.contextOf(sessionId),
  ]);
  return session.model ?? profile?.default_model ?? null;
}

/** The key of a message that has one. */
export function clientKeyOf(outgoing: Outgoing): ClientKey | undefined {
  const { clientMessageId, content, images, model, modelId, edits } = outgoing;
  if (clientMessageId === undefined) return undefined;
  const pictures = images?.map(({ bytes }) => Buffer.from(bytes).toString("base64"));
  return {
    id: clientMessageId,
    fingerprint: fingerprintOf({ content, images: pictures, model, modelId, edits }),
  };
}

/** What a message asks of its model that not every model can do. */
interface Asked {
  readonly images?: { readonly length: number } | undefined;
  readonly settings?: EngineSettings | undefined;
}

/** Throws `not_able` where a message asks for what it is known that its model cannot do: see, or think. */
export async function requireAble(
  { images, settings }: Asked,
  modelOf: () => Promise<string | null>,
  limitsOf: LimitsOf,
): Promise<void> {
  const hasPictures = images !== undefined && images.length > 0;
  const isToThink = Boolean(settings?.think);
  if (!hasPictures && !isToThink) return;
  const model = await modelOf();
  const { canSee, canThink } = await limitsOf(model);
  if (hasPictures && canSee === false) throw notAble(model, "cannot see pictures", "vision", "images");
  if (isToThink && canThink === false) throw notAble(model, "cannot think", "thinking", "think");
}

function notAble(model: string | null, cannot: string, capability: string, field: string): WireError {
  return new WireError(
    "not_able",
    `${model === null ? "The default model" : `The model "${model}"`} ${cannot}.`,
    `Choose one whose capabilities have \`${capability}\` (GET /api/models), or send the message without \`${field}\`.`,
  );
}
