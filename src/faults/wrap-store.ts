import type { ConversationStore, UserStore } from "../services/conversations/conversation-store.ts";
import type { ReplyStore } from "../services/conversations/reply-store.ts";

/**
 * A store like this one, except for one method of what each user has; `replacement` makes it of that user's own
 * store, whose original it calls where it needs it.
 */
export function withUserMethod<Of extends keyof UserStore, Name extends keyof UserStore[Of]>(
  store: ConversationStore,
  part: Of,
  name: Name,
  replacement: (own: UserStore) => UserStore[Of][Name],
): ConversationStore {
  return {
    ...store,
    as(user) {
      const own = store.as(user);
      return { ...own, [part]: { ...own[part], [name]: replacement(own) } };
    },
  };
}

/** A store like this one, except for one method of the replies that it writes; `replacement` calls the original where it needs it. */
export function withReplyMethod<Name extends keyof ReplyStore>(
  store: ConversationStore,
  name: Name,
  replacement: ReplyStore[Name],
): ConversationStore {
  return { ...store, replies: { ...store.replies, [name]: replacement } };
}
