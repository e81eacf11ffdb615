import type { StreamSettings } from "../../config/config-schema.ts";
import type { Notice } from "../../contract/event-schemas.ts";
import type { Message } from "../../contract/hmi-schemas.ts";
import type { Growth, ReplyEnding, ReplyStore } from "../conversations/reply-store.ts";

export interface SaverSettings {
  readonly replies: ReplyStore;
  readonly stream: Pick<StreamSettings, "save_every_ms">;
  /** Told of what fails behind a reader's back. */
  readonly onError: (error: unknown, what: string) => void;
}

/**
 * What became of a save. `waiting`: the store could not be written; the ending is kept and tried again. `lost`:
 * the row is not ours to write any more, because the conversation was deleted or another HMI took the reply over.
 */
export type SaveOutcome = "saved" | "waiting" | "lost";

/** The pauses between two tries to save an ending grow from the first to the longest, in milliseconds. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** What of a reply grows. */
export interface GrowingReply {
  readonly text: string;
  readonly thinking: string;
  readonly notices: readonly Notice[];
  /** See `ReplyEnding`. */
  readonly thinkingMs: number | null;
}

/** Brings one reply to the disk: its texts and notices while they grow, then its ending, which is kept until it is saved. */
export class ReplySaver {
  readonly #settings: SaverSettings;
  readonly #messageId: string;
  readonly #timer: NodeJS.Timeout;
  /** What has come so far. */
  readonly #reply: GrowingReply;
  /** Told once, where the row turns out to be not ours any more while the reply is growing. */
  readonly #onLost: () => void;
  /** How much of each is on disk; after a restart it is more, at first, than has come again. */
  readonly #saved: { text: number; thinking: number; notices: number };
  #growing: Promise<void> | undefined;
  #ending: ReplyEnding | undefined;
  /** Whether an ending has come: what grew before it may find that it is saved already. */
  #hasEnded = false;
  /** Why the ending is not saved. */
  #failure: unknown;
  #trying: Promise<SaveOutcome> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #pause = FIRST_PAUSE_MS;
  #onSaved: (() => void) | undefined;

  /** `reply` is looked at whenever it is saved. */
  constructor(row: Message, reply: GrowingReply, settings: SaverSettings, onLost: () => void) {
    this.#settings = settings;
    this.#messageId = row.message_id;
    this.#reply = reply;
    this.#onLost = onLost;
    const { content, thinking, notices } = row;
    this.#saved = { text: content.length, thinking: thinking?.length ?? 0, notices: notices.length };
    this.#timer = setInterval(() => void this.grow(), settings.stream.save_every_ms);
  }

  /** Why an ending that is kept could not be saved yet; undefined where none waits. */
  get waitsFor(): unknown {
    return this.#ending === undefined ? undefined : this.#failure;
  }

  /** Whether its ending is known and not saved yet, also while that is being done. */
  get isEndingUnsaved(): boolean {
    return this.#ending !== undefined;
  }

  /** Saves what has come since the last time. */
  async grow(): Promise<void> {
    this.#growing ??= this.#grow().finally(() => {
      this.#growing = undefined;
    });
    await this.#growing;
  }

  /** Saves the ending; where that fails, it is tried again until it is saved, lost, or {@link stop} is called. */
  async finish(ending: ReplyEnding, onSaved: () => void): Promise<SaveOutcome> {
    clearInterval(this.#timer);
    this.#ending = ending;
    this.#hasEnded = true;
    const outcome = await this.#tryToFinish();
    // Only who was told that it waits is told that it waits no more.
    if (outcome === "waiting") this.#onSaved = onSaved;
    return outcome;
  }

  /** Tries now to save an ending that waits; throws the store's error where it has to wait on. */
  async saveNow(): Promise<void> {
    if (this.#ending === undefined) return;
    if ((await this.#tryToFinish()) === "waiting") throw this.#failure;
  }

  /** Ends the saving: what has come is saved, also an ending that waits, if that can be done at once. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#ending === undefined) {
      // What is being saved just now was taken before the last pieces came.
      await this.#growing;
      await this.grow();
    } else {
      await this.#tryToFinish();
    }
    clearTimeout(this.#retry);
    this.#ending = undefined;
  }

  async #grow(): Promise<void> {
    const text = this.#growthOf("text");
    const thinking = this.#growthOf("thinking");
    const told = this.#reply.notices.length;
    const notices = told > this.#saved.notices ? this.#reply.notices : [];
    if (text.added === "" && thinking.added === "" && notices.length === 0) return;
    try {
      const isOurs = await this.#settings.replies.grow(this.#messageId, text, thinking, {
        notices,
        thinkingMs: this.#reply.thinkingMs,
      });
      if (isOurs) {
        this.#saved.text += text.added.length;
        this.#saved.thinking += thinking.added.length;
        this.#saved.notices = Math.max(this.#saved.notices, told);
      } else if (!this.#hasEnded) {
        clearInterval(this.#timer);
        this.#onLost();
      }
    } catch {
      // Not the last word: it is tried again with the next piece, and at the end with all of it.
    }
  }

  #growthOf(which: "text" | "thinking"): Growth {
    const from = this.#saved[which];
    return { from, added: this.#reply[which].slice(from) };
  }

  /** One try at a time: a second one would find no row that is still streaming, and think it lost. */
  async #tryToFinish(): Promise<SaveOutcome> {
    this.#trying ??= this.#tryOnce().finally(() => {
      this.#trying = undefined;
    });
    return await this.#trying;
  }

  async #tryOnce(): Promise<SaveOutcome> {
    const ending = this.#ending;
    if (ending === undefined) return "saved";
    clearTimeout(this.#retry);
    try {
      const isOurs = await this.#settings.replies.finish(this.#messageId, ending);
      this.#ending = undefined;
      this.#saved.text = ending.content.length;
      this.#saved.thinking = ending.thinking.length;
      this.#onSaved?.();
      return isOurs ? "saved" : "lost";
    } catch (error) {
      if (this.#failure === undefined) this.#settings.onError(error, `saving message ${this.#messageId}`);
      this.#failure = error;
      this.#retry = setTimeout(() => void this.#tryToFinish(), this.#pause);
      this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE_MS);
      return "waiting";
    }
  }
}
