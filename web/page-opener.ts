import type { PageProblem } from "./chat-state.ts";
import type { ChatStore } from "./chat-store.ts";
import type { ConversationReader } from "./conversation-reader.ts";
import type { ListLoader } from "./list-loader.ts";
import type { OpenConversation, PageAddress } from "./page-address.ts";

interface PageOpenerParts {
  readonly store: ChatStore;
  readonly lists: ListLoader;
  readonly reader: ConversationReader;
}

/** Opens what the path of the page names: a conversation, the active one, or a blank one of a profile. */
export class PageOpener {
  readonly #store: ChatStore;
  readonly #lists: ListLoader;
  readonly #reader: ConversationReader;

  constructor({ store, lists, reader }: PageOpenerParts) {
    this.#store = store;
    this.#lists = lists;
    this.#reader = reader;
  }

  /** Shows what a path names. */
  async open(address: PageAddress): Promise<void> {
    switch (address.page) {
      case "active":
        return await this.#openActive();
      case "new":
        return await this.#openNew(address.modelId);
      case "conversation":
        return await this.#openConversation(address);
      case "no-profile":
        this.#miss(address.key, null);
        return await this.#lists.sessions();
    }
  }

  async #openActive(): Promise<void> {
    const signal = this.#reader.leave({ sessionId: null, modelId: null });
    await this.#lists.sessions();
    if (signal.aborted) return;
    const active = this.#store.state.sessions.find((session) => session.active);
    if (active === undefined) this.#store.dispatch({ type: "conversation_blank", modelId: null });
    else await this.#reader.show(active.session_id, null, signal);
  }

  async #openNew(modelId: number | null): Promise<void> {
    const signal = this.#reader.leave({ sessionId: null, modelId });
    const listed = this.#listIfOther(modelId);
    if (!this.#hasProfile(modelId)) await this.#lists.profiles();
    if (signal.aborted) return;
    // Profiles that could not be listed are a problem of their own.
    if (this.#hasProfile(modelId) || this.#store.state.problem !== null) {
      this.#store.dispatch({ type: "conversation_blank", modelId });
    } else {
      this.#miss(String(modelId), null);
    }
    await listed;
  }

  async #openConversation({
    sessionId,
    modelId,
  }: OpenConversation & { readonly sessionId: string }): Promise<void> {
    const signal = this.#reader.leave({ sessionId, modelId });
    await Promise.all([this.#reader.show(sessionId, modelId, signal), this.#listIfOther(modelId)]);
  }

  async #listIfOther(modelId: number | null): Promise<void> {
    const { sessionsOf, sessions } = this.#store.state;
    if (sessionsOf !== modelId || sessions.length === 0) await this.#lists.sessions();
  }

  #hasProfile(modelId: number | null): boolean {
    return modelId === null || this.#store.state.profiles.some((profile) => profile.model_id === modelId);
  }

  #miss(key: string, modelId: number | null): void {
    this.#reader.leave({ sessionId: null, modelId });
    const problem: PageProblem = { message: `There is no profile ${key}.`, retry: null };
    this.#store.dispatch({ type: "place_missing", modelId, problem });
  }
}
