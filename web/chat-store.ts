import type { ChatAction } from "./chat-action.ts";
import { type ChatState, INITIAL_STATE } from "./chat-state.ts";
import type { Drafts } from "./drafts.ts";
import { reduce } from "./reduce-chat.ts";

/** The page's state, and whoever wants to know of its changes. */
export class ChatStore {
  readonly #listeners = new Set<() => void>();
  #state: ChatState;

  constructor(drafts: Drafts = {}) {
    this.#state = { ...INITIAL_STATE, drafts };
  }

  get state(): ChatState {
    return this.#state;
  }

  dispatch(action: ChatAction): void {
    const before = this.#state;
    this.#state = reduce(before, action);
    if (this.#state === before) return;
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` after every change, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
