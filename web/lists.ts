import type { Api } from "./api.ts";
import { problemOf } from "./problem.ts";
import type { ChatEvent } from "./state.ts";
import { LIST_LIMIT } from "./view.ts";

/** How many conversations are listed at first, and how many more each time. */
const LIST_STEP = 50;

/** What the page offers to choose from: conversations, models, agents. A list that fails is a problem to show. */
export class Lists {
  readonly #api: Api;
  readonly #dispatch: (event: ChatEvent) => void;
  #length = LIST_STEP;

  constructor(api: Api, dispatch: (event: ChatEvent) => void) {
    this.#api = api;
    this.#dispatch = dispatch;
  }

  /** Models and agents. */
  async choices(): Promise<void> {
    await Promise.all([this.models(), this.#agents()]);
  }

  async sessions(): Promise<void> {
    await this.#report(async () => {
      const { sessions, total } = await this.#api.sessions(this.#length);
      return { type: "sessions_listed", sessions, total };
    });
  }

  async moreSessions(): Promise<void> {
    this.#length = Math.min(this.#length + LIST_STEP, LIST_LIMIT);
    await this.sessions();
  }

  async models(): Promise<void> {
    await this.#report(async () => ({ type: "models_listed", list: await this.#api.models() }));
  }

  async #agents(): Promise<void> {
    await this.#report(async () => ({ type: "agents_listed", agents: (await this.#api.agents()).agents }));
  }

  async #report(load: () => Promise<ChatEvent>): Promise<void> {
    let event: ChatEvent;
    try {
      event = await load();
    } catch (error) {
      event = { type: "failed", problem: problemOf(error, "load") };
    }
    this.#dispatch(event);
  }
}
