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
    /** The takeover, once it was begun: nobody writes in its middle. */
    let takeover: ReturnType<ReplyStore["takeOver"]> | undefined;
    return {
      store(store) {
        const { replies } = store;
        stores.push(replies);
        const unfenced = async (write: (by: ReplyStore) => Promise<boolean>): Promise<boolean> => {
          await takeover?.catch(() => undefined);
          if (await write(replies)) return true;
          for (const other of stores) {
            if (other === replies || !(await write(other))) continue;
            onApplied();
            return true;
          }
          return false;
        };
        const replaced: Pick<ReplyStore, "grow" | "finish" | "takeOver"> = {
          async grow(messageId, ...growth) {
            const isWritten = await unfenced((by) => by.grow(messageId, ...growth));
            if (isWritten) writing.set(messageId, replies);
            return isWritten;
          },
          async finish(messageId, ending) {
            writing.delete(messageId);
            return await unfenced((by) => by.finish(messageId, ending));
          },
          async takeOver() {
            const owner = [...writing.values()].find((each) => each !== replies);
            if (owner === undefined || takeover !== undefined) return await replies.takeOver();
            takeover = owner.release().then(() => replies.takeOver());
            return await takeover;
          },
        };
        return { ...store, replies: { ...replies, ...replaced } };
      },
    };
  },
};
