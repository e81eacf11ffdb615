import type { ChatAction } from "./chat-action.ts";
import type { ChatStore } from "./chat-store.ts";
import { listNewestSessions } from "./list-newest-sessions.ts";
import { oneRunAtATime } from "./one-run-at-a-time.ts";
import type { PageApi } from "./page-api.ts";
import { pageProblemOf } from "./page-problem.ts";

/** How many conversations are listed at first, and how many more each time that older ones are asked for. */
const FIRST_LENGTH = 50;
const LENGTH_STEP = 200;

/** What the page offers to choose from: conversations, profiles, models, agents. A list that fails is a problem to show. */
export class ListLoader {
  readonly #api: PageApi;
  readonly #store: ChatStore;
  #length = FIRST_LENGTH;

  constructor(api: PageApi, store: ChatStore) {
    this.#api = api;
    this.#store = store;
  }

  /** Models and agents. */
  async choices(): Promise<void> {
    await Promise.all([this.models(), this.#agents()]);
  }

  /** The conversations of the profile that is open; a reply of this page is news from several sides at once. */
  readonly sessions = oneRunAtATime(() => this.#sessions());

  async #sessions(): Promise<void> {
    const { modelId } = this.#store.state;
    await this.#report(async () => {
      const { sessions, total } = await listNewestSessions(this.#api, { modelId }, this.#length);
      // Meanwhile another profile may have been opened, whose list is on its way.
      if (this.#store.state.modelId !== modelId) return undefined;
      return { type: "sessions_listed", modelId, sessions, total };
    });
  }

  async moreSessions(): Promise<void> {
    this.#length += LENGTH_STEP;
    await this.sessions();
  }

  async profiles(): Promise<void> {
    await this.#report(async () => ({
      type: "profiles_listed",
      profiles: (await this.#api.profiles()).profiles,
    }));
  }

  async models(): Promise<void> {
    await this.#report(async () => ({ type: "models_listed", list: await this.#api.models() }));
  }

  async #agents(): Promise<void> {
    await this.#report(async () => ({ type: "agents_listed", list: await this.#api.agents() }));
  }

  async #report(load: () => Promise<ChatAction | undefined>): Promise<void> {
    let action: ChatAction | undefined;
    try {
      action = await load();
    } catch (error) {
      action = { type: "failed", problem: pageProblemOf(error, "load") };
    }
    if (action !== undefined) this.#store.dispatch(action);
  }
}
