import { isSameText } from "./compare-texts.ts";
import type { ChatClient } from "./drivers/chat-client.ts";
import type { SaidTurn } from "./judge-saved-turn.ts";
import { isMessage, replyRows } from "./reply-rows.ts";

/** Of the conversations that are listed, as many are looked into at each end of the list. */
const MOST_LOOKED_INTO = 8;

/** What is shorter than this may have been answered in another conversation, too. */
const TELLING_CHARS = 20;

/** Looking through other conversations takes no longer than this, in milliseconds. */
const LOOK_FOR_MS = 3_000;

/**
 * Others than this conversation, where the wire lists them: what is saved by a wrong id is in one of the newest. Nobody tells which
 * end of the list is the newer one.
 */
export async function otherConversations(
  chat: ChatClient,
  own: string | null,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (chat.missingAbilities["list conversations"] !== undefined) return [];
  const listed = await chat.conversations(signal);
  const chosen = new Set([...listed.slice(0, MOST_LOOKED_INTO), ...listed.slice(-MOST_LOOKED_INTO)]);
  chosen.delete(own ?? "");
  return [...chosen];
}

/**
 * The other conversation in which this reply stands, to no message like its own: undefined where none was found, or could be looked for
 * in good time.
 */
export async function findAstrayReply(
  chat: ChatClient,
  { conversation, asked, text }: SaidTurn,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (text.trim().length < TELLING_CHARS) return undefined;
  const within = AbortSignal.any([signal, AbortSignal.timeout(LOOK_FOR_MS)]);
  // What cannot be looked into shows nothing.
  const others = await otherConversations(chat, conversation, within).catch(() => []);
  const found = await Promise.all(
    others.map(async (other) => {
      const rows = await chat.rows(other, within).catch(() => []);
      const isThere = replyRows(rows).some(({ content }) => isSameText(content, text));
      return isThere && !rows.some((row) => isMessage(row, asked)) ? other : undefined;
    }),
  );
  signal.throwIfAborted();
  return found.find((other) => other !== undefined);
}
