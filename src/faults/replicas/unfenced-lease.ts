import type { ConversationStore } from "../../services/conversations/conversation-store.ts";
import type { ReplyStore } from "../../services/conversations/reply-store.ts";
import type { Fault } from "../fault.ts";

/**
 * Once, a lease ends while its owner lives, as where that was held up for too long: another copy takes the reply over.
 * That alone does no harm. The bug is that the old owner's writes are not refused after that.
 */
export const unfencedLease: Fault = {
  name: "unfenced-lease",
  story: "A copy whose reply another one has taken over, because its lease had ended, goes on writing it.",
  seenIn: "Kleppmann, How to do distributed locking (2016): a lease without a fencing token",
  caughtBy: ["replicas/one-writer"],
  actsIn: ["replicas"],
  ofCopies: true,
  overrides(onApplied) {
    const stores: ReplyStore[] = [];
    const writing = new Map<string, ReplyStore>();
    let hasLapsed = false;
    return {
      store(store) {
        const { replies } = store;
        stores.push(replies);
        const othersWrite = async (write: (other: ReplyStore) => Promise<boolean>): Promise<boolean> => {
          for (const other of stores) {
            if (other === replies || !(await write(other))) continue;
            onApplied();
            return true;
          }
          return false;
        };
        return withReplies(store, {
          async grow(messageId, ...growth) {
            if (await replies.grow(messageId, ...growth)) {
              writing.set(messageId, replies);
              return true;
            }
            return await othersWrite((other) => other.grow(messageId, ...growth));
          },
          async finish(messageId, ending) {
            writing.delete(messageId);
            if (await replies.finish(messageId, ending)) return true;
            return await othersWrite((other) => other.finish(messageId, ending));
          },
          async takeOver() {
            const owner = [...writing.values()].find((each) => each !== replies);
            if (owner !== undefined && !hasLapsed) {
              hasLapsed = true;
              await owner.release();
            }
            return await replies.takeOver();
          },
        });
      },
    };
  },
};

function withReplies(store: ConversationStore, changes: Partial<ReplyStore>): ConversationStore {
  return { ...store, replies: { ...store.replies, ...changes } };
}
