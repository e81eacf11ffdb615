import type { ChatStore } from "./chat-store.ts";
import { allDrafts, type DraftStorage } from "./drafts.ts";

/** Saves drafts as they change. */
export function keepDrafts(store: ChatStore, storage: DraftStorage): void {
  let saved = store.state;
  store.subscribe(() => {
    const { state } = store;
    if (state.draft === saved.draft && state.drafts === saved.drafts) return;
    saved = state;
    storage.save(allDrafts(state));
  });
}
