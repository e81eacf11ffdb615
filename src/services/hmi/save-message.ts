import type { Session } from "../../contract/hmi-schemas.ts";
import type {
  BegunExchange,
  ClientKey,
  OpenedConversation,
  UserStore,
} from "../conversations/conversation-store.ts";
import type { Outgoing } from "./outgoing-message.ts";
import type { ReplyRelay } from "./reply-relay.ts";
import type { RunningReplies } from "./running-replies.ts";

/** A message that is saved with the place for its reply. */
export interface SavedMessage extends BegunExchange {
  /** The conversation as it was before it. */
  readonly before: Session;
  /** True where the message made the conversation. */
  readonly created: boolean;
}

interface SaveOptions {
  /** The message's own key, where it has one. */
  readonly clientKey: ClientKey | undefined;
  /** See {@link UserStore.transaction}. */
  readonly onCommitting: (saved: SavedMessage) => void;
}

/**
 * Saves a message and the place for its reply, with the conversation that it makes: all or nothing. Throws what
 * {@link SessionStore.open} and {@link MessageStore.begin} throw.
 *
 * @param replies where the conversation's last reply is found: its ending is saved before
 */
export async function saveMessage(
  store: UserStore,
  replies: Pick<RunningReplies, "find">,
  outgoing: Outgoing,
  { clientKey, onCommitting }: SaveOptions,
): Promise<SavedMessage> {
  for (;;) {
    try {
      return await store.transaction((own) => saveWithin(own, replies, outgoing, clientKey), onCommitting);
    } catch (error) {
      if (!(error instanceof EndingWaits)) throw error;
      await error.reply.saveNow();
    }
  }
}

/**
 * Thrown where the ending of the conversation's last reply waits to be saved: until it is, the conversation takes no
 * message. It cannot be saved within a transaction of another message.
 */
class EndingWaits extends Error {
  readonly reply: ReplyRelay;

  constructor(reply: ReplyRelay) {
    super(`The ending of reply ${reply.messageId} waits to be saved.`);
    this.reply = reply;
  }
}

async function saveWithin(
  own: UserStore,
  replies: Pick<RunningReplies, "find">,
  outgoing: Outgoing,
  clientKey: ClientKey | undefined,
): Promise<SavedMessage> {
  const opened = await openFor(own, outgoing, clientKey);
  const { session, created, defaultModel } = opened;
  const { session_id: sessionId } = session;
  const last = replies.find(sessionId);
  if (last?.isEndingUnsaved) throw new EndingWaits(last);
  const { content, images, edits, model: modelName = defaultModel } = outgoing;
  const begun = await own.messages.begin({ sessionId, content, images, modelName, clientKey, edits, opened });
  return { ...begun, before: session, created };
}

async function openFor(
  { conversations }: UserStore,
  outgoing: Outgoing,
  clientKey: ClientKey | undefined,
): Promise<OpenedConversation> {
  return outgoing.sessionId === undefined && outgoing.otherwise === "new"
    ? await conversations.openNew(outgoing, clientKey?.id)
    : await conversations.open(outgoing, clientKey?.id);
}
