import type { ConversationStore, UserStore } from "../../services/conversations/conversation-store.ts";
import type { ReplyStore } from "../../services/conversations/reply-store.ts";

type UserStorePart = Exclude<keyof UserStore, "afterSending" | "transaction">;

/**
 * A store like this one, except for one method of what each user has; `replacement` makes it of that user's own
 * store, whose original it calls where it needs it; within a transaction that is a part of that one.
 */
export function withUserMethod<Of extends UserStorePart, Name extends keyof UserStore[Of]>(
  store: ConversationStore,
  part: Of,
  name: Name,
  replacement: (own: UserStore) => UserStore[Of][Name],
): ConversationStore {
  const replacing = (own: UserStore): UserStore => ({
    ...own,
    [part]: { ...own[part], [name]: replacement(own) },
    afterSending: (sessionId, work) => own.afterSending(sessionId, (within) => work(replacing(within))),
    transaction: (work, onCommitting) => own.transaction((within) => work(replacing(within)), onCommitting),
  });
  return { ...store, as: (user) => replacing(store.as(user)) };
}

/** A store like this one, in which this is waited for before anything is written in one transaction. */
export function beforeTransactions(store: ConversationStore, before: () => Promise<void>): ConversationStore {
  return {
    ...store,
    as(user) {
      const own = store.as(user);
      return {
        ...own,
        async transaction(work, onCommitting) {
          await before();
          return await own.transaction(work, onCommitting);
        },
      };
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
