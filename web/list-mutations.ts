import type { Session } from "../src/contract/hmi-schemas.ts";
import type { Profile, ProfileDraft } from "../src/contract/profile-schemas.ts";
import type { PageProblem } from "./chat-state.ts";
import type { ChatStore } from "./chat-store.ts";
import type { ListLoader } from "./list-loader.ts";
import { type FoundSessions, listNewestSessions } from "./list-newest-sessions.ts";
import { newAddress, pagePathOf } from "./page-address.ts";
import type { PageApi } from "./page-api.ts";
import { pageProblemOf } from "./page-problem.ts";

export interface ListMutationsParts {
  readonly api: PageApi;
  readonly store: ChatStore;
  readonly lists: ListLoader;
  /** Opens an address of the page. */
  readonly go: (path: string) => void;
  /** Called after every change. */
  readonly announce: () => void;
}

/** A change that was made, or why it was not. */
export type ChangeOutcome = PageProblem | null;

/** Changes what the page lists: conversations and profiles. Whoever asked shows what went wrong. */
export class ListMutations {
  readonly #parts: ListMutationsParts;

  constructor(parts: ListMutationsParts) {
    this.#parts = parts;
  }

  async rename(session: Session, title: string): Promise<ChangeOutcome> {
    return await this.#change(() => this.#parts.api.renameSession(session.session_id, title));
  }

  /** Deletes a conversation with its messages. */
  async remove(session: Session): Promise<ChangeOutcome> {
    return await this.#change(async () => {
      await this.#parts.api.deleteSession(session.session_id);
      this.#leave(session);
    });
  }

  /** This many of the archived conversations, of all profiles. Throws an ApiError. */
  async archived(length: number): Promise<FoundSessions> {
    return await listNewestSessions(this.#parts.api, { archived: "true" }, length);
  }

  /** This many of a profile's conversations, archived ones too: while there are any, it is not deleted. Throws an ApiError. */
  async conversationsOf({ model_id }: Profile, length: number): Promise<FoundSessions> {
    return await listNewestSessions(this.#parts.api, { modelId: model_id, archived: "all" }, length);
  }

  /** Takes a conversation out of the list; `unarchive` brings it back. */
  async archive(session: Session): Promise<void> {
    await this.#report(async () => {
      await this.#parts.api.archiveSession(session.session_id);
      this.#leave(session);
      this.#parts.store.dispatch({ type: "conversation_archived", session });
    });
  }

  /** Brings it back as it was: where it was the active one of its profile, it is that again. */
  async unarchive({ session_id, active }: Session): Promise<ChangeOutcome> {
    const { api, store } = this.#parts;
    return await this.#report(async () => {
      const { session } = await (active ? api.resumeSession(session_id) : api.unarchiveSession(session_id));
      store.dispatch({ type: "session_changed", session });
      if (store.state.archived?.session_id === session_id) store.dispatch({ type: "archived_dismissed" });
    });
  }

  /** Archives a conversation, and opens an empty one like it. */
  async clear(session: Session): Promise<void> {
    await this.#report(async () => {
      const { session: fresh } = await this.#parts.api.clearSession(session.session_id);
      this.#parts.go(pagePathOf({ sessionId: fresh.session_id, modelId: fresh.model_id }));
      this.#parts.store.dispatch({ type: "conversation_archived", session });
    });
  }

  /** Makes a profile where `modelId` is null, and opens it; else changes that one. */
  async saveProfile(modelId: number | null, draft: ProfileDraft): Promise<ChangeOutcome> {
    const { api, lists, go } = this.#parts;
    return await this.#attempt(async () => {
      const { profile } = await (modelId === null
        ? api.newProfile(draft)
        : api.updateProfile(modelId, draft));
      await lists.profiles();
      if (modelId === null) go(newAddress(profile.model_id));
    });
  }

  async removeProfile({ model_id }: Profile): Promise<ChangeOutcome> {
    const { api, lists, store, go } = this.#parts;
    return await this.#attempt(async () => {
      await api.deleteProfile(model_id);
      await lists.profiles();
      if (store.state.modelId === model_id) go(newAddress(null));
    });
  }

  /** Where this conversation is open, a new one like it takes its place. */
  #leave({ session_id, model_id }: Session): void {
    if (this.#parts.store.state.sessionId === session_id) this.#parts.go(newAddress(model_id));
  }

  async #change(make: () => Promise<unknown>): Promise<ChangeOutcome> {
    return await this.#attempt(async () => {
      await make();
      await this.#parts.lists.sessions();
    });
  }

  async #report(make: () => Promise<unknown>): Promise<ChangeOutcome> {
    const problem = await this.#change(make);
    if (problem !== null) this.#parts.store.dispatch({ type: "failed", problem });
    return problem;
  }

  async #attempt(make: () => Promise<unknown>): Promise<ChangeOutcome> {
    try {
      await make();
      this.#parts.announce();
      return null;
    } catch (error) {
      return pageProblemOf(error, null);
    }
  }
}
