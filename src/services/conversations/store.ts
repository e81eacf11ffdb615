import type { FinishReason, Usage } from "../../contract/events.ts";
import type {
  Message,
  MessageStatus,
  Profile,
  ProfileChange,
  ProfileDraft,
  Session,
} from "../../contract/hmi.ts";

/**
 * Where conversations live. Everything speaks the contract's own shapes; every call may fail with a
 * `WireError` of the contract, also with `store_unavailable` or `store_full`, after which nothing of it was
 * done and it may be tried again. No call keeps the event loop waiting for a lock. Implementations hold the rules of the contract's section 4 in the
 * database itself, so that no caller, not even a wrong one, can break them.
 */
export interface ConversationStore {
  readonly profiles: ProfileStore;
  readonly conversations: SessionStore;
  readonly messages: MessageStore;
  /** Throws `store_unavailable` or `store_full` where nothing can be saved now. */
  probe(): Promise<void>;
  /** Releases what it writes; see {@link MessageStore.release}. */
  close(): Promise<void>;
}

export interface ProfileStore {
  list(): Promise<Profile[]>;
  /** Throws `model_profile_not_found`. */
  get(modelId: number): Promise<Profile>;
  /** The profile as it goes into the system prompt of its conversations; null for a general one. */
  context(modelId: number | null): Promise<Profile | null>;
  create(draft: ProfileDraft): Promise<Profile>;
  /** Throws `model_profile_not_found`. */
  update(modelId: number, change: ProfileChange): Promise<Profile>;
  /** Throws `model_profile_not_found`, or `model_profile_in_use` while it has conversations. */
  delete(modelId: number): Promise<void>;
}

/** Which conversation a message is for. */
export interface Destination {
  /** A given conversation is used as given. */
  readonly sessionId?: string | undefined;
  /** The profile; null for a general conversation; undefined where a given conversation decides. */
  readonly modelId: number | null | undefined;
  /** Undefined where a given conversation decides. */
  readonly agentId: string | undefined;
  /** The engine's model that a new conversation starts with. */
  readonly model?: string | undefined;
}

export interface SessionFilter {
  /** A profile's, the general ones (null), or all (undefined). */
  readonly modelId?: number | null | undefined;
  readonly limit: number;
  readonly offset: number;
}

export interface NewConversation {
  readonly modelId: number | null;
  readonly agentId: string;
  readonly model?: string | undefined;
}

export interface SessionStore {
  /** Not archived ones, newest first, and how many there are in all. */
  list(filter: SessionFilter): Promise<{ sessions: Session[]; total: number }>;
  /** Throws `conversation_not_found`. */
  get(sessionId: string): Promise<Session>;
  /**
   * The conversation that a message goes to: the given one; else the active one of its profile; else a
   * new one, made active. Throws `conversation_not_found`, `model_profile_not_found`, `model_mismatch`
   * or `agent_mismatch`. Safe to call from several processes at once: they all get the same one.
   */
  open(destination: Destination): Promise<{ session: Session; created: boolean }>;
  /** Makes a conversation and makes it the active one of its profile. */
  create(conversation: NewConversation): Promise<Session>;
  /** Makes it the active one of its profile. */
  activate(sessionId: string): Promise<Session>;
  rename(sessionId: string, title: string): Promise<Session>;
  /** Takes it out of the list and out of use as the active one. */
  archive(sessionId: string): Promise<Session>;
  /** Archives it and makes another one like it (profile, agent, model) the active one, both or neither. */
  renew(sessionId: string): Promise<Session>;
  /** Deletes it with its messages. */
  delete(sessionId: string): Promise<void>;
}

/** A user's message and the place for its reply. */
export interface NewExchange {
  readonly sessionId: string;
  readonly content: string;
  /** The model that the reply is asked of; null for the engine's default. */
  readonly modelName: string | null;
  /** The client's own key of this message, by which it can be sent again safely. */
  readonly clientMessageId?: string | undefined;
}

export interface Exchange {
  readonly user: Message;
  readonly reply: Message;
}

export interface BegunExchange extends Exchange {
  readonly session: Session;
  readonly isNew: boolean;
}

/** A conversation's last message, to be answered again. */
export interface RepeatedMessage {
  readonly sessionId: string;
  /** The model that the reply is asked of; undefined for the one of the reply that is replaced. */
  readonly modelName: string | undefined;
  /** The model where that one names none; null for the engine's default. */
  readonly defaultModel: string | null;
}

export interface RepeatedExchange extends Exchange {
  readonly session: Session;
  /** What was said, the message that is to be answered last. */
  readonly history: History;
}

/** How a reply ended, with its whole text. */
export interface ReplyEnding {
  readonly content: string;
  readonly status: Exclude<MessageStatus, "streaming">;
  readonly finishReason: FinishReason | null;
  readonly usage: Usage | null;
  readonly error: Message["error"];
}

/** What the next prompt is made of. */
export interface History {
  /** Stands for everything before `messages`; null where there is no summary yet. */
  readonly summary: string | null;
  /** Users' messages and replies that no summary stands for, oldest first. */
  readonly messages: Message[];
}

/** Replies that another store left. */
export interface TakenOver {
  /** With what was saved of them, oldest first; from now on this store writes them. */
  readonly replies: Message[];
  /** How many are written by other stores that live. */
  readonly heldByOthers: number;
}

/** One row by itself. */
export interface NewMessage {
  readonly sessionId: string;
  readonly role: Message["role"];
  readonly messageType: Message["message_type"];
  readonly content: string;
  readonly modelName: string | null;
  readonly status: MessageStatus;
  /** For a summary: the last message that it stands for. */
  readonly coversUntil?: string | undefined;
}

export interface MessageStore {
  /** The newest `limit` rows, oldest first. Throws `conversation_not_found`. */
  list(sessionId: string, limit?: number): Promise<Message[]>;
  history(sessionId: string): Promise<History>;
  /** One row; undefined where there is none. */
  find(messageId: string): Promise<Message | undefined>;
  /** The exchange that a client's own key names, in whatever conversation it is. */
  findExchange(clientMessageId: string): Promise<Exchange | undefined>;
  /**
   * Saves the user's message and an empty reply with status `streaming`, both or neither, and titles an
   * untitled conversation; this store is the reply's writer. Where the client's key is known already, it gives back that exchange, not new.
   * The session is as it is after that.
   * Throws `generation_in_progress` while another reply of the conversation is streaming.
   */
  begin(exchange: NewExchange): Promise<BegunExchange>;
  /**
   * Replaces the reply to the conversation's last message, if it has one, by an empty one with status
   * `streaming`, in one transaction. A summary that stands for the replaced reply goes with it.
   * Throws `nothing_to_regenerate` where nothing was said yet, and `generation_in_progress` while a reply
   * of the conversation is streaming.
   */
  beginAgain(message: RepeatedMessage): Promise<RepeatedExchange>;
  /**
   * Appends to the text of a reply that this store writes; `from` is the length of what was saved before, in
   * UTF-16 units. False where that reply is not there to be written: it has ended, was deleted, or another
   * store has taken it over.
   */
  grow(messageId: string, from: number, added: string): Promise<boolean>;
  /**
   * Ends a reply that this store writes. False where it is not there to be ended, as {@link grow} says: then
   * nothing was saved.
   */
  finish(messageId: string, ending: ReplyEnding): Promise<boolean>;
  add(message: NewMessage): Promise<Message>;
  /**
   * Makes this store the writer of every reply that is still `streaming` and whose writer has released it or
   * has died. Replies of writers that live are left to them. Never gives the same reply to two stores.
   */
  takeOver(): Promise<TakenOver>;
  /** Leaves the replies that this store writes, `streaming` as they are, to whoever takes them over. */
  release(): Promise<void>;
}
