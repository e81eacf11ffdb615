import type { ConversationStore } from "../services/conversations/store.ts";

/** The parts of a store that have methods. */
type Part = Exclude<keyof ConversationStore, "probe" | "close">;

/** A store like this one, except for one method; `replacement` calls the original where it needs it. */
export function withMethod<Of extends Part, Name extends keyof ConversationStore[Of]>(
  store: ConversationStore,
  part: Of,
  name: Name,
  replacement: ConversationStore[Of][Name],
): ConversationStore {
  return { ...store, [part]: { ...store[part], [name]: replacement } };
}
