import type { FinishReason, Notice, Timings, Usage } from "../../contract/event-schemas.ts";
import type { Message, MessageStatus } from "../../contract/hmi-schemas.ts";
import type { OtherReplica } from "../replicas/replica-call-forwarder.ts";

/** What one of a reply's two texts has grown by. Lengths are UTF-16 units. */
export interface Growth {
  /** The length of what was saved before. */
  readonly from: number;
  /** What follows; empty where nothing does. */
  readonly added: string;
}

/** What is saved of a growing reply beside its texts. */
export interface GrowthDetails {
  /** All that were told; nothing is changed where there are none. */
  readonly notices?: readonly Notice[];
  /** See {@link ReplyEnding.thinkingMs}; as it is so far. */
  readonly thinkingMs?: number | null;
}

/** How a reply ended, with its whole text. */
export interface ReplyEnding {
  readonly content: string;
  /** What the model thought; empty where it thought nothing. */
  readonly thinking: string;
  /** For how long it thought until it said something or ended, in milliseconds; null where it did not, or nobody knows. */
  readonly thinkingMs: number | null;
  readonly status: Exclude<MessageStatus, "streaming">;
  readonly finishReason: FinishReason | null;
  /** The model that answered; null where nobody told: then the one that was asked for stays. */
  readonly modelName: string | null;
  readonly usage: Usage | null;
  readonly timings: Timings | null;
  readonly notices: readonly Notice[];
  readonly error: Message["error"];
}

/** A reply with whom it is for. */
export interface OwnedReply {
  readonly user: string;
  readonly reply: Message;
  /** The user's message that it answers; null where that is gone. */
  readonly message: Message | null;
}

/** Replies that another store left. */
export interface TakenOver {
  /** With what was saved of them, oldest first; from now on this store writes them. */
  readonly replies: readonly OwnedReply[];
  /** How many are written by other stores that live. */
  readonly heldByOthers: number;
}

/** The replies that a store writes, whoever they are for. */
export interface ReplyStore {
  /** A reply, whosever it is; undefined where there is none. */
  find(messageId: string): Promise<OwnedReply | undefined>;
  /** Says where this store's process is reached, for {@link otherWriterOf} of others. To be called before it writes. */
  announce(url: string): void;
  /**
   * The copy whose store writes this reply, and lives; undefined where this one does, or nobody any more, or where the
   * one that does has not said where it is reached.
   */
  otherWriterOf(messageId: string): Promise<OtherReplica | undefined>;
  /** Whether this is the key that others know of this store's writer, as it is now. */
  isOwnKey(key: string): boolean;
  /**
   * Appends to the text and the thoughts of a reply that this store writes, and sets its details where there are any:
   * all or nothing. False where that reply is not there to be written: it has ended, was deleted, or another store has
   * taken it over.
   */
  grow(messageId: string, text: Growth, thinking: Growth, details?: GrowthDetails): Promise<boolean>;
  /**
   * Ends a reply that this store writes. False where it is not there to be ended, as {@link grow} says: then
   * nothing was saved. Throws `store_unavailable` also where the ending is there, and only the disk does not confirm it:
   * called again, it returns true once that is confirmed.
   *
   * A version beside an earlier one stays what is shown where it is `complete`, or `cancelled` with text or thoughts.
   * With any other ending the earlier one is shown again; then it stays as a version where it has text or thoughts,
   * else it goes. All of that in one transaction.
   */
  finish(messageId: string, ending: ReplyEnding): Promise<boolean>;
  /**
   * Makes this store the writer of every reply that is still `streaming` and whose writer has released it or
   * has died. Replies of writers that live are left to them. Never gives the same reply to two stores.
   *
   * @param known the replies that are written here. With them it gives those back, too, that this store has begun and that
   * nobody writes: the database was lost while it saved them, so that nobody was told that they stand.
   */
  takeOver(known?: ReadonlySet<string>): Promise<TakenOver>;
  /** Leaves the replies that this store writes, `streaming` as they are, to whoever takes them over. */
  release(): Promise<void>;
}
