import type { ChatClient, ChatPlace } from "../targets/drivers/chat-client.ts";

/** Who is told which conversations there are, for whoever deletes those that are left. */
export interface ConversationKeeper {
  made(conversation: string): void;
  gone(conversation: string): void;
}

/** A person begins a new conversation after this many messages; a prompt that grew without an end would be another load. */
const MOST_MESSAGES = 10;

/** Longest wait for a conversation to be made or deleted, in milliseconds. */
const TIMEOUT_MS = 30_000;

/** The conversations of one user, one after the other: made before they are needed, deleted once they are over. */
export class UserConversations {
  readonly #chat: ChatClient;
  readonly #place: ChatPlace;
  readonly #keeper: ConversationKeeper;
  #current: string | null = null;
  #isOpen = false;
  #messages = 0;
  #failure: unknown;

  constructor(chat: ChatClient, place: ChatPlace, keeper: ConversationKeeper) {
    this.#chat = chat;
    this.#place = place;
    this.#keeper = keeper;
  }

  /** Its id; null until the back end has told one. */
  get current(): string | null {
    return this.#current;
  }

  /** Sees to it that there is a conversation for one more message. Never rejects. */
  async prepare(): Promise<void> {
    if (this.#messages >= MOST_MESSAGES) await this.close();
    this.#messages += 1;
    if (this.#isOpen) return;
    this.#failure = undefined;
    try {
      const id = await this.#chat.openConversation(this.#place, AbortSignal.timeout(TIMEOUT_MS));
      this.#isOpen = true;
      if (id !== null) this.learn(id);
    } catch (error) {
      this.#failure = error;
    }
  }

  /** Throws what went wrong where {@link prepare} could not make one. */
  requirePrepared(): void {
    if (!this.#isOpen) throw this.#failure;
  }

  /** What it is called, once that is told. */
  learn(id: string): void {
    if (this.#current === id) return;
    this.#current = id;
    this.#keeper.made(id);
  }

  /** Nobody knows what is said in it: the next message begins another one. */
  abandon(): void {
    this.#messages = MOST_MESSAGES;
  }

  /** Deletes it, where that can be done; else it is left for whoever keeps the list. Never rejects. */
  async close(): Promise<void> {
    const id = this.#current;
    this.#current = null;
    this.#isOpen = false;
    this.#messages = 0;
    if (id === null || this.#chat.missingAbilities["delete conversations"] !== undefined) return;
    try {
      await this.#chat.deleteConversation(id, AbortSignal.timeout(TIMEOUT_MS));
      this.#keeper.gone(id);
    } catch {
      // It stays on the list.
    }
  }
}
