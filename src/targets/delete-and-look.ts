import type { ChatClient } from "./drivers/chat-client.ts";
import { isRefusal } from "./drivers/refusal.ts";
import { isRefusedAsGone } from "./is-conversation-gone.ts";
import { pollUntil } from "./poll-until.ts";

/** Where a back end shows a conversation; null where it has no call for that, or refuses it. */
export interface ShownConversation {
  readonly isListed: boolean | null;
  /** How many rows it has; none where reading them is refused as it is of a conversation that is not there. */
  readonly rows: number | null;
}

/** A deletion that was answered as done, and changed nothing that is shown. */
export class UndoneDeletion extends Error {}

/** Whose deletions were seen to be done, or not. */
const seenToDelete = new WeakMap<ChatClient, boolean>();

/** How long a deletion may take after its answer, in milliseconds. */
const GONE_WITHIN_MS = 1_000;

/**
 * Deletes a conversation, and looks whether it is gone: some back ends answer a deletion that they do not do. Once one was
 * seen to be done, the others are believed. Throws what was refused, or where the conversation is still shown.
 */
export async function deleteAndLook(
  chat: ChatClient,
  conversation: string,
  signal: AbortSignal,
): Promise<void> {
  const deletes = seenToDelete.get(chat);
  if (deletes === true) return await chat.deleteConversation(conversation, signal);
  const before = await whereShown(chat, conversation, signal);
  await chat.deleteConversation(conversation, signal);
  if (stillShownWords(before) === undefined) return;
  // Nobody waits for each of many.
  const patienceMs = deletes === false ? 0 : GONE_WITHIN_MS;
  const still = stillShownWords(await shownAfterDeletion(chat, conversation, { signal, patienceMs }));
  seenToDelete.set(chat, still === undefined);
  if (still !== undefined) throw new UndoneDeletion(`the deletion was answered as done, and ${still}`);
}

/** Where it is shown once it is gone everywhere, or after this time. */
export async function shownAfterDeletion(
  chat: ChatClient,
  conversation: string,
  { signal, patienceMs = GONE_WITHIN_MS }: { readonly signal: AbortSignal; readonly patienceMs?: number },
): Promise<ShownConversation> {
  return await pollUntil(
    { signal },
    patienceMs,
    () => whereShown(chat, conversation, signal),
    (shown) => stillShownWords(shown) === undefined,
  );
}

/** Where it is shown now. */
export async function whereShown(
  chat: ChatClient,
  conversation: string,
  signal: AbortSignal,
): Promise<ShownConversation> {
  const { missingAbilities } = chat;
  const list = missingAbilities["list conversations"] === undefined;
  const rows = missingAbilities["show rows"] === undefined;
  return {
    isListed: list ? await isListed(chat, conversation, signal) : null,
    rows: rows ? await rowsShown(chat, conversation, signal) : null,
  };
}

/** How many rows are shown of it; null where they are refused, and not as those of a conversation that is not there. */
export async function rowsShown(
  chat: ChatClient,
  conversation: string,
  signal: AbortSignal,
): Promise<number | null> {
  try {
    return (await chat.rows(conversation, signal)).length;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const isGone = isRefusedAsGone(chat, conversation, { answer: error.answer, signal });
    return (await orRefused(isGone)) === true ? 0 : null;
  }
}

async function isListed(
  chat: ChatClient,
  conversation: string,
  signal: AbortSignal,
): Promise<boolean | null> {
  return (await orRefused(chat.conversations(signal)))?.includes(conversation) ?? null;
}

/** `it is still listed, and its rows are still shown`; undefined where it is shown nowhere. */
export function stillShownWords({ isListed, rows }: ShownConversation): string | undefined {
  const where = [
    ...(isListed === true ? ["it is still listed"] : []),
    ...((rows ?? 0) > 0 ? ["its rows are still shown"] : []),
  ];
  return where.length === 0 ? undefined : where.join(", and ");
}

async function orRefused<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}
