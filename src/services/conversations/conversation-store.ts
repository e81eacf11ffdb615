import type {
  Message,
  MessageImage,
  MessageStatus,
  SearchResult,
  Session,
} from "../../contract/hmi-schemas.ts";
import type { Profile, ProfileChange, ProfileDraft } from "../../contract/profile-schemas.ts";
import type { GenerationDirectory } from "../replicas/generation-directory.ts";
import type { ImportExportStore } from "./import-export-store.ts";
import type { ReplyStore } from "./reply-store.ts";

/**
 * Where conversations live. Everything speaks the contract's own shapes; every call may fail with a
 * `WireError` of the contract, also with `store_unavailable` or `store_full`, after which nothing of it was
 * done and it may be tried again. Where it was done, and only the disk does not confirm it, what would be there twice
 * after another try (a message, a conversation) is taken back; the rest stands, and the message says that a power cut may
 * cost it. No call keeps the event loop waiting for a lock or for the disk. Implementations hold the rules of the
 * contract's section 4 in the database itself, so that no caller, not even a wrong one, can break them.
 */
export interface ConversationStore {
  /**
   * What one user has. Another user's rows are to it as rows that do not exist, so that nobody who asks can forget
   * whose they are.
   */
  as(user: string): UserStore;
  /** Whose conversation it is; undefined where there is none. For who acts for all users, as the gateway for the HMI. */
  userOf(sessionId: string): Promise<string | undefined>;
  /** The replies that this store writes, whoever they are for. */
  readonly replies: ReplyStore;
  /** Which gateway has which generation, where several processes of many machines may share this store; else there is none. */
  readonly generations?: GenerationDirectory | undefined;
  /** Throws `store_unavailable` or `store_full` where nothing can be saved now. */
  probe(): Promise<void>;
  /** Releases what it writes; see {@link ReplyStore.release}. */
  close(): Promise<void>;
}

/** What one user has; see {@link ConversationStore.as}. */
export interface UserStore {
  readonly profiles: ProfileStore;
  readonly conversations: SessionStore;
  readonly messages: MessageStore;
  readonly search: SearchStore;
  readonly transfer: ImportExportStore;
  /**
   * Reads a conversation as soon as what is just being sent to it is there (the parameter `onCommitting` of {@link transaction}).
   * `work` asks the store that it is given for all of it at once, and each answer may be of a moment of its own.
   */
  afterSending<Result>(sessionId: string, work: (store: UserStore) => Promise<Result>): Promise<Result>;
  /**
   * Writes in one transaction: all that `work` does with the store that it is given is done, or nothing of it. It may be
   * run again from its start, changes nothing but that store, and waits for nothing else: others wait for it.
   *
   * @param onCommitting told what `work` has given back as soon as nothing more is to be done but to commit it, where it takes a
   * moment then until that is safe: others can read it, or wait for it ({@link afterSending}), and it may still not come. Told again
   * where the transaction is done again. Whatever is begun at that is to be given up where it is told again, or the
   * transaction throws.
   */
  transaction<Result>(
    work: (store: UserStore) => Promise<Result>,
    onCommitting?: (result: Result) => void,
  ): Promise<Result>;
}

/** What is looked for. */
export interface Search {
  /** As a person writes it: words, and phrases in quotation marks. */
  readonly query: string;
  readonly limit: number;
  readonly offset: number;
}

export interface SearchStore {
  /** The places where all of it stands: titles first, then messages, the newest first. */
  find(search: Search): Promise<{ results: SearchResult[]; hasMore: boolean }>;
}

export interface ProfileStore {
  list(): Promise<Profile[]>;
  /** Throws `model_profile_not_found`. */
  get(modelId: number): Promise<Profile>;
  /** The profile as it goes into the system prompt of this conversation; null for a general one, or where there is none. */
  contextOf(sessionId: string): Promise<Profile | null>;
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
  /** The archived ones, those that are not (undefined, as false), or both. */
  readonly archived?: boolean | "all" | undefined;
  readonly limit: number;
  readonly offset: number;
}

export interface NewConversation {
  readonly modelId: number | null;
  readonly agentId: string;
  readonly model?: string | undefined;
}

/** The conversation that a message goes to. */
export interface OpenedConversation {
  readonly session: Session;
  /** True where it was made for this message, which may be a try of it that was cut off before it was saved. */
  readonly created: boolean;
  /** The model of a reply to a message that names none: the conversation's own, else its profile's; null for the engine's. */
  readonly defaultModel: string | null;
  /** Its row as it was read, where that has all that {@link MessageStore.begin} needs to know. */
  readonly row?: Readonly<Record<string, unknown>> | undefined;
}

export interface SessionStore {
  /** The newest first, by what was said last, archived or not; and how many there are in all. */
  list(filter: SessionFilter): Promise<{ sessions: Session[]; total: number }>;
  /** Throws `conversation_not_found`. */
  get(sessionId: string): Promise<Session>;
  /**
   * The conversation that a message goes to: the given one; else the active one of its profile; else a
   * new one, made active. Throws `conversation_not_found`, `model_profile_not_found`, `model_mismatch`
   * or `agent_mismatch`. Safe to call from several processes at once: they all get the same one.
   *
   * `clientKey` is the message's own key, where it has one: a message that names no conversation goes, when it is
   * sent again, to the one that it went to. Throws `key_reused` where that has another profile or agent.
   */
  open(destination: Destination, clientKey?: string): Promise<OpenedConversation>;
  /** As {@link open} for a message that names no conversation and wants a new one, made active. */
  openNew(destination: Omit<Destination, "sessionId">, clientKey?: string): Promise<OpenedConversation>;
  /** Makes a conversation and makes it the active one of its profile. */
  create(conversation: NewConversation): Promise<Session>;
  /** Makes it the active one of its profile. */
  activate(sessionId: string): Promise<Session>;
  rename(sessionId: string, title: string): Promise<Session>;
  /** Takes it out of the list and out of use as the active one. */
  archive(sessionId: string): Promise<Session>;
  /**
   * Puts it back into the list, at its place there; it does not become the active one. One that is not archived stays
   * as it is. Throws `conversation_not_found`. A message brings it back, too: {@link MessageStore.begin}.
   */
  unarchive(sessionId: string): Promise<Session>;
  /** Archives it and makes another one like it (profile, agent, model) the active one, both or neither. */
  renew(sessionId: string): Promise<Session>;
  /** Deletes it with its messages. */
  delete(sessionId: string): Promise<void>;
}

/** A client's own key of a message, by which it can be sent again safely. */
export interface ClientKey {
  /** Unique in its conversation. */
  readonly id: string;
  /**
   * What the message is, in one string (see `fingerprintOf`): a key that comes again with another one names another
   * message.
   */
  readonly fingerprint: string;
}

/** A picture, as it was sent. */
export interface PictureBytes {
  readonly mediaType: MessageImage["media_type"];
  readonly bytes: Uint8Array;
}

/** A user's message and the place for its reply. */
export interface NewExchange {
  readonly sessionId: string;
  readonly content: string;
  /** Undefined for none; of an edit, for those of the message that it is another version of. */
  readonly images?: readonly PictureBytes[] | undefined;
  /** The user's message that this one is another version of; undefined for one that follows the last. */
  readonly edits?: string | undefined;
  /** The model that the reply is asked of; null for the engine's default. */
  readonly modelName: string | null;
  readonly clientKey?: ClientKey | undefined;
  /** The same conversation as it was opened with this key in the same transaction, just before: it is not read again. */
  readonly opened?: OpenedConversation | undefined;
}

/** A user's message and its reply; of several versions of that, the one that is shown. */
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
  /** The reply that was not good enough, or the message that it answers; undefined for the conversation's last. */
  readonly messageId?: string | undefined;
  /** The model that the reply is asked of; undefined for the one of the reply before. */
  readonly modelName: string | undefined;
  /** The model where that one names none; null for the engine's default. */
  readonly defaultModel: string | null;
}

export interface RepeatedExchange extends Exchange {
  readonly session: Session;
}

/** What the next prompt is made of. */
export interface History {
  /** Stands for everything before `messages`; null where there is no summary yet. */
  readonly summary: string | null;
  /** True where the summary was made after the last reply: what was counted of that one's prompt is not of this one. */
  readonly isSummaryNew: boolean;
  /** Users' messages and replies that no summary stands for, oldest first. */
  readonly messages: Message[];
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

/**
 * A conversation's messages are a tree: each follows another one, and those that follow the same one are versions of
 * each other. One version at each place is chosen; the chosen ones, from the first on, are what is shown. Ids are whole
 * numbers in decimal digits, and a later message of a conversation has a larger one.
 */
export interface MessageStore {
  /** The newest `limit` rows that are shown, oldest first. Throws `conversation_not_found`. */
  list(sessionId: string, limit?: number): Promise<Message[]>;
  /** Messages that are not shown: other versions, with what followed them. Throws `conversation_not_found`. */
  listOthers(sessionId: string): Promise<Message[]>;
  /** Of what is shown. */
  history(sessionId: string): Promise<History>;
  /** One row, also one that is not shown; undefined where there is none. */
  find(messageId: string): Promise<Message | undefined>;
  /** The exchange that a message is part of, by its own id or that of its reply; undefined where there is none. */
  exchangeOf(messageId: string): Promise<Exchange | undefined>;
  /**
   * The exchange that a client's own key names: in this conversation, or where none is given, in the one that a
   * message with this key went to. Throws `key_reused` where the key was another message's.
   */
  findExchange(clientKey: ClientKey, sessionId?: string): Promise<Exchange | undefined>;
  /** A picture of a message. Throws `not_found`. */
  image(imageId: string): Promise<PictureBytes>;
  /**
   * Saves the user's message and an empty reply with status `streaming`, both or neither, after what is shown (of an
   * edit, at the place of the edited message, which is shown no more), and titles an untitled conversation; an
   * archived one comes back into the list, and is not made the active one; this store is the reply's writer. Where
   * the conversation has the client's key already, it gives back that exchange, not new. The session is as it is
   * after that. Throws `generation_in_progress` while another reply of the conversation is streaming, `key_reused`,
   * and `message_not_found` where there is no such message to edit.
   */
  begin(exchange: NewExchange): Promise<BegunExchange>;
  /**
   * Begins another reply to the last message that is shown: an empty one with status `streaming`, shown in place of the
   * earlier one, which stays as a version; one without text or thoughts goes at once. An archived conversation comes back
   * as in {@link begin}. What becomes of the new one says
   * {@link ReplyStore.finish}, also where this store's process dies: whoever takes it over ends it.
   * Throws `nothing_to_regenerate` where nothing was said yet, `message_not_found` or `message_superseded` where
   * `messageId` names nothing or an earlier exchange, and `generation_in_progress` while a reply of the conversation
   * is streaming.
   */
  beginAgain(message: RepeatedMessage): Promise<RepeatedExchange>;
  /**
   * Shows the way that a message is on, down to where it was left, and gives back what is shown then. Throws
   * `conversation_not_found`, `message_not_found`, or `generation_in_progress` while a reply of the conversation is
   * streaming.
   */
  choose(sessionId: string, messageId: string): Promise<Message[]>;
  add(message: NewMessage): Promise<Message>;
}
