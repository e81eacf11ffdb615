import type { UserStore } from "../conversations/conversation-store.ts";
import type { Outgoing } from "./outgoing-message.ts";

/** The model that a message will be answered by; null for the default one. */
export async function chooseModel(
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
