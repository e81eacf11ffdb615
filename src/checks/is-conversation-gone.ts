import { randomUUID } from "node:crypto";
import { isRefusal, wordsIn } from "../targets/drivers/refusal.ts";
import type { SeenCall } from "../targets/http-client.ts";
import type { Context } from "./contract-conversations.ts";

/**
 * Whether a conversation that could be read before is not there any more: reading it is 404 or 410, or is answered as reading one
 * that nobody ever made is (some say 401 or 400 to that). Throws the refusal where that may as well be about who asks.
 */
export async function isConversationGone(context: Context, conversation: string): Promise<boolean> {
  const answer = await refusalOf(context, conversation);
  if (answer === undefined) return false;
  const { status } = answer;
  if (status === 404 || status === 410) return true;
  if (status >= 500) return false;
  const madeUp = likeId(conversation);
  const never = await refusalOf(context, madeUp);
  const isAsNever =
    never?.status === status &&
    wordsIn(never).replaceAll(madeUp, "") === wordsIn(answer).replaceAll(conversation, "");
  if (!isAsNever) return false;
  if (status === 401 || status === 403) await requireStillKnown(context);
  return true;
}

async function refusalOf(
  { target, signal }: Context,
  conversation: string,
): Promise<Pick<SeenCall, "status" | "body" | "said"> | undefined> {
  try {
    await target.chat.rows(conversation, signal);
    return undefined;
  } catch (error) {
    if (isRefusal(error)) return error.answer;
    throw error;
  }
}

/** Whoever is let into nothing any more is told so of every conversation. */
async function requireStillKnown({ target, signal }: Context): Promise<void> {
  await target.chat.conversations(signal);
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
