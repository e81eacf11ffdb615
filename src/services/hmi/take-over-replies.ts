import { WireError } from "../../contract/wire-error.ts";
import { ConversationAnsweredError } from "../conversations/conversation-answered-error.ts";
import type { OwnedReply, ReplyStore } from "../conversations/reply-store.ts";
import { createSerialQueue } from "../conversations/serial-queue.ts";
import type { SaverSettings } from "./reply-saver.ts";

interface ReplyTakeoverSettings extends Pick<SaverSettings, "onError"> {
  readonly replies: Pick<ReplyStore, "takeOver">;
  /** The replies that are written here. */
  readonly known: () => ReadonlySet<string>;
  readonly rejoin: (reply: OwnedReply) => void;
  /** Told how many replies of a stopped HMI are taken up again, where there are any. */
  readonly onTakenOver: (count: number) => void;
  /**
   * How often it is looked in any case, in milliseconds; 0: only where there is a reason to, as where no other machine
   * has the same database.
   */
  readonly lookForLeftRepliesEveryMs: number;
}

/** How long until replies that were left are looked for again, in milliseconds. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Takes over replies that an HMI left running when it stopped or died: they are looked for at the start, and whenever
 * there may be some.
 */
export class ReplyTakeover {
  readonly #settings: ReplyTakeoverSettings;
  readonly #looked = Promise.withResolvers<void>();
  readonly #oneByOne = createSerialQueue();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(settings: ReplyTakeoverSettings) {
    this.#settings = settings;
  }

  /** Resolves when it was looked once; nobody is answered about a reply before. */
  get looked(): Promise<void> {
    return this.#looked.promise;
  }

  /**
   * The first look, once this HMI listens: where the database cannot be used just now, it is looked again until it can, and
   * whoever calls waits. Throws whatever else fails.
   */
  async lookFirst(): Promise<void> {
    try {
      await this.takeOver();
    } catch (error) {
      if (!(error instanceof WireError && error.code === "store_unavailable")) throw error;
      this.#lookLater(error);
    }
  }

  /** Takes them up. Those of an HMI that still runs are looked at again until they have ended or are left. */
  async takeOver(): Promise<void> {
    // What one look has found is known to the next.
    await this.#oneByOne(() => this.#takeOver());
  }

  async #takeOver(): Promise<void> {
    const { replies, heldByOthers } = await this.#settings.replies.takeOver(this.#settings.known());
    for (const reply of replies) this.#settings.rejoin(reply);
    if (replies.length > 0) this.#settings.onTakenOver(replies.length);
    if (heldByOthers > 0) this.lookAgain();
    else if (this.#settings.lookForLeftRepliesEveryMs > 0)
      this.#lookIn(this.#settings.lookForLeftRepliesEveryMs);
    this.#looked.resolve();
  }

  /** To be called where a reply runs that is not of this HMI: it may be of one that has died since. */
  lookAgain(): void {
    this.#lookIn(LOOK_AGAIN_MS);
  }

  /** Does what is refused while a reply runs in its conversation; then it is looked again, as {@link lookAgain} says. */
  async orLookAgain<Done>(act: () => Promise<Done>): Promise<Done> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof ConversationAnsweredError) this.lookAgain();
      throw error;
    }
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #lookLater(error: unknown): void {
    this.#settings.onError(error, "looking for replies that another HMI left");
    this.lookAgain();
  }

  #lookIn(ms: number): void {
    clearTimeout(this.#timer);
    const look = async (): Promise<void> => {
      await this.takeOver().catch((error: unknown) => this.#lookLater(error));
    };
    if (!this.#isClosed) this.#timer = setTimeout(() => void look(), ms);
  }
}
