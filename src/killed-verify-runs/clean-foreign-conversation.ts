import type { ChatClient } from "../targets/drivers/chat-client.ts";
import { isRefusal } from "../targets/drivers/refusal.ts";
import type { SeenRow } from "../targets/drivers/reply-facts.ts";

/**
 * Deletes a conversation of a killed run at a back end of another wire than ours, where it is certain that it is the
 * run's: everything that was said there is. False where it is not there any more, or nothing shows whose it is.
 *
 * @param isOurs whether a run says such a text
 * @throws Error where somebody else wrote into it
 */
export async function cleanForeignConversation(
  chat: ChatClient,
  id: string,
  isOurs: (text: string) => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const isAble = (["show rows", "delete conversations"] as const).every(
    (able) => !chat.missingAbilities[able],
  );
  const said = isAble ? (await rowsOf(chat, id, signal)).filter(({ role }) => role === "user") : [];
  if (said.length === 0) return false;
  if (!said.every(({ content }) => isOurs(content)))
    throw new Error(`somebody else wrote into conversation ${id}, so it was left`);
  await chat.deleteConversation(id, signal);
  return true;
}

/** None of one that is not there. */
async function rowsOf(chat: ChatClient, id: string, signal: AbortSignal): Promise<readonly SeenRow[]> {
  try {
    return await chat.rows(id, signal);
  } catch (error) {
    if (isRefusal(error) && error.answer.status < 500) return [];
    throw error;
  }
}
