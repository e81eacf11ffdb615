import type { Session } from "../../contract/hmi-schemas.ts";
import type {
  BegunExchange,
  ClientKey,
  OpenedConversation,
  UserStore,
} from "../conversations/conversation-store.ts";
import type { Reply } from "./hmi-reply.ts";
import type { Outgoing } from "./outgoing-message.ts";

/** A message that is saved with the place for its reply. */
export interface SavedMessage extends BegunExchange {
  /** The conversation as it was before it. */
  readonly before: Session;
  /** True where the message made the conversation. */
  readonly created: boolean;
}

/**
 * Thrown where the ending of the conversation's last reply waits to be saved: until it is, the conversation takes no
 * message. It cannot be saved within a transaction of another message.
 */
export class EndingWaits extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super(`The ending of reply ${reply.messageId} waits to be saved.`);
    this.reply = reply;
  }
}

/**
 * Saves a message, and makes the conversation that it is to begin, in the transaction that `own` is of. Throws what
 * {@link SessionStore.open} and {@link MessageStore.begin} throw, and what `check` throws, which is told the conversation.
 */
export async function saveMessage(
  own: UserStore,
  outgoing: Outgoing,
  clientKey: ClientKey | undefined,
  check: (session: Session) => void,
): Promise<SavedMessage> {
  const { session, created, defaultModel } = await openFor(own, outgoing, clientKey);
  check(session);
  const { content, images, edits, model: modelName = defaultModel } = outgoing;
  const { session_id: sessionId } = session;
  const begun = await own.messages.begin({ sessionId, content, images, modelName, clientKey, edits });
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
