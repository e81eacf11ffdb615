import type { UserEvent } from "../src/contract/hmi-schemas.ts";
import type { ChatStore } from "./chat-store.ts";
import type { ConversationReader } from "./conversation-reader.ts";
import type { ListLoader } from "./list-loader.ts";
import type { MessageSender } from "./message-sender.ts";

interface UserEventParts {
  readonly store: ChatStore;
  readonly lists: ListLoader;
  readonly reader: ConversationReader;
  readonly sender: MessageSender;
}

/** Any that tells of something; after `reset`, which says that some were missed, everything is loaded anew. */
type Told = Exclude<UserEvent, { readonly type: "reset" }>;

/** Shows what has happened in the user's conversations, here or elsewhere. */
export async function handleUserEvent(
  event: Told,
  { store, lists, reader, sender }: UserEventParts,
): Promise<void> {
  if (event.type === "reply_started") sender.heardStarted(event);
  if (event.type === "session_changed") store.dispatch(event);
  const { sessionId, messages } = store.state;
  const isHere = "session_id" in event && event.session_id === sessionId;
  const isNews =
    event.type === "reply_started" &&
    messages.every(({ message_id }) => message_id !== event.assistant_message_id);
  const isShownOtherwise = event.type === "version_chosen" || event.type === "summary_made";
  if (isShownOtherwise) return isHere ? await reader.refresh() : undefined;
  await Promise.all([lists.sessions(), isHere && isNews && reader.refresh()]);
}
