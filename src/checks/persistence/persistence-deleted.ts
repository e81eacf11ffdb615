import { defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import {
  type ShownConversation,
  shownAfterDeletion,
  stillShownWords,
  whereShown,
} from "../../targets/delete-and-look.ts";
import { conversationNotNamed } from "../../targets/drivers/conversation-not-named.ts";
import { isRefusal } from "../../targets/drivers/refusal.ts";
import { startTalk } from "../any-wire-conversation.ts";
import type { Context } from "../contract-conversations.ts";
import { conversationInWords } from "../row-words.ts";
import { converseIn } from "../say-and-hear.ts";

interface DeletedConversation {
  readonly conversation: string;
  readonly before: ShownConversation;
  /** What the deletion was refused with; null where it was answered as done. */
  readonly refused: string | null;
  readonly after: ShownConversation;
}

export const deleted = defineCheck<Context["target"], DeletedConversation>({
  id: "persistence/deleted",
  claim: "a deleted conversation is gone: no list shows it, and nobody can read its rows",
  why: "Who deletes a chat wants nobody to read it again; one that comes back after a reload was never deleted.",
  lookAt:
    "the deletion: whether it writes anything, and whether lists and rows leave out what is marked as deleted",
  needs: ["delete conversations", "remember conversations"],
  async collect(context) {
    const { chat } = context.target;
    const { signal } = context;
    const talk = await startTalk(context, { name: "persistence", options: { num_predict: 4 } });
    await converseIn(context, talk, `Hello ${context.canary("to be deleted")}`);
    const { conversation } = talk;
    if (conversation === null) throw conversationNotNamed();
    const before = await whereShown(chat, conversation, signal);
    const refused = await chat.deleteConversation(conversation, signal).then(() => null, refusedWith);
    return { conversation, before, refused, after: await shownAfterDeletion(chat, conversation, { signal }) };
  },
  judge({ conversation, before, refused, after }) {
    const name = conversationInWords(conversation);
    const wasShown = placesOf(before);
    if (wasShown === "") {
      throw new NotObservable(
        `${name} was shown nowhere before it was deleted: whether it is gone cannot be seen`,
      );
    }
    const seen = `${name}, ${wasShown} before; the deletion ${refused ?? "was answered as done"}`;
    if (before.isListed === true && after.isListed === null) {
      throw new NotObservable(`after the deletion of ${name} the list of conversations was refused`);
    }
    const still = stillShownWords(after);
    if (still === undefined) return { verdict: "holds", seen: `${seen}, and then it was shown nowhere` };
    return { verdict: "broken", expected: "gone from the list, and its rows with it", found: still, seen };
  },
});

function refusedWith(error: unknown): string {
  if (!isRefusal(error)) throw error;
  return `was refused: ${error.message}`;
}

function placesOf({ isListed, rows }: ShownConversation): string {
  return [...(isListed === true ? ["listed"] : []), ...((rows ?? 0) > 0 ? [`with ${rows} rows`] : [])].join(
    " ",
  );
}
