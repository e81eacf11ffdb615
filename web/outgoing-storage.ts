import type { SendMessage } from "../src/contract/hmi-schemas.ts";

/** A message that was to be sent, and is not known to have arrived. */
export interface StoredMessage {
  readonly body: SendMessage & { readonly client_message_id: string };
  /** Of the conversation that it is for: see `draftKey`. */
  readonly key: string;
  /** When that was, by `Date.now()`. */
  readonly at: number;
  /** Whether its text is in the composer again, because it could not be sent. */
  readonly isBack: boolean;
}

/** Where a message that is on its way outlives a reload. */
export interface OutgoingStorage {
  load(): StoredMessage | null;
  save(message: StoredMessage | null): void;
}

const KEY = "outgoing";

/** The last message of this tab, in the tab's storage. */
export const tabOutgoing: OutgoingStorage = {
  load() {
    try {
      return JSON.parse(sessionStorage.getItem(KEY) ?? "null") as StoredMessage | null;
    } catch {
      // Nobody else writes there; whatever it is, it is no message.
      return null;
    }
  },
  save(message) {
    try {
      if (message === null) sessionStorage.removeItem(KEY);
      else sessionStorage.setItem(KEY, JSON.stringify(message));
    } catch {
      // The storage is full or forbidden: what is on its way arrives all the same where the page is not left.
    }
  },
};
