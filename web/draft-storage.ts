import type { ChatStore } from "./chat-store.ts";
import { allDrafts, type Drafts } from "./drafts.ts";

/** Where drafts outlive a reload. */
export interface DraftStorage {
  load(): Drafts;
  save(drafts: Drafts): void;
}

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

const KEY = "drafts";

/** Drafts in this tab's storage: they belong to it, and go with it. */
export const tabDrafts: DraftStorage = {
  load() {
    try {
      return JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Drafts;
    } catch {
      // Nobody else writes there; whatever it is, it is no draft.
      return {};
    }
  },
  save(drafts) {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(drafts));
    } catch {
      // The storage is full or forbidden: the draft is in the composer all the same.
    }
  },
};
