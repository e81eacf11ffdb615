import { randomUUID } from "node:crypto";
import type { ChatClient } from "./drivers/chat-client.ts";
import { isRefusal, wordsIn } from "./drivers/refusal.ts";
import type { SeenCall } from "./http-client.ts";

/** What a call was refused with. */
type Refused = Pick<SeenCall, "status" | "body" | "said">;

/**
 * Whether a conversation that could be read before is not there any more: reading it is 404 or 410, or is answered as reading one
 * that nobody ever made is (some say 401 or 400 to that). Throws the refusal where that may as well be about who asks.
 */
export async function isConversationGone(
  chat: ChatClient,
  conversation: string,
  signal: AbortSignal,
): Promise<boolean> {
  return await isRefusedAsGone(chat, conversation, {
    answer: await refusalOf(chat, conversation, signal),
    signal,
  });
}

/** The same, where it is known what reading it was refused with; undefined where it was not. */
export async function isRefusedAsGone(
  chat: ChatClient,
  conversation: string,
  { answer, signal }: { readonly answer: Refused | undefined; readonly signal: AbortSignal },
): Promise<boolean> {
  if (answer === undefined) return false;
  const { status } = answer;
  if (status === 404 || status === 410) return true;
  if (status >= 500) return false;
  const madeUp = likeId(conversation);
  const never = await refusalOf(chat, madeUp, signal);
  const isAsNever =
    never?.status === status &&
    wordsIn(never).replaceAll(madeUp, "") === wordsIn(answer).replaceAll(conversation, "");
  if (!isAsNever) return false;
  // Whoever is let into nothing any more is told so of every conversation.
  if (status === 401 || status === 403) await chat.conversations(signal);
  return true;
}

async function refusalOf(
  chat: ChatClient,
  conversation: string,
  signal: AbortSignal,
): Promise<Refused | undefined> {
  try {
    await chat.rows(conversation, signal);
    return undefined;
  } catch (error) {
    if (isRefusal(error)) return error.answer;
    throw error;
  }
}

/** An id of the same form that nobody has: each letter and digit is another one. */
function likeId(id: string): string {
  if (UUID.test(id)) return randomUUID();
  return id.replace(/[0-9a-z]/gi, (char) => OTHERS[char.toLowerCase()] ?? char);
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Hexadecimal digits stay ones; none becomes a zero, which may not stand first. */
const OTHERS: Readonly<Record<string, string>> = Object.fromEntries(
  ["0123456789", "abcdef", "ghijklmnopqrstuvwxyz"].flatMap((chars) =>
    [...chars].map((char, at) => [char, chars[(at + 3) % chars.length || 1] ?? char]),
  ),
);
