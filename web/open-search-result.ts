import type { SearchResult } from "../src/contract/hmi-schemas.ts";
import type { ChatController } from "./chat-controller.ts";
import { showFound } from "./highlight-found.ts";
import { navigate } from "./navigation.ts";
import { pagePathOf } from "./page-address.ts";

/** Opens what was found: its conversation, the way that the message is on, and the message itself, marked. */
export async function openSearchResult(
  chat: ChatController,
  { session, message_id, excerpt, matches }: SearchResult,
) {
  const { session_id, model_id } = session;
  if (chat.state.session?.session_id !== session_id) {
    navigate(chat, pagePathOf({ sessionId: session_id, modelId: model_id }));
    await opened(chat, session_id);
  }
  if (message_id === null) return;
  const isShown = chat.state.messages.some((message) => message.message_id === message_id);
  if (!isShown) await chat.chooseVersion(message_id);
  const words = matches.map(([from, to]) => excerpt.slice(from, to));
  // Drawn by then, and of the size that it has.
  requestAnimationFrame(() => requestAnimationFrame(() => showFound({ messageId: message_id, words })));
}

/** Resolves when that conversation is shown, or something else is opened instead. */
async function opened(chat: ChatController, sessionId: string): Promise<void> {
  const isSettled = (): boolean => {
    const { state } = chat;
    return (
      state.sessionId !== sessionId || (state.session?.session_id === sessionId && state.phase !== "opening")
    );
  };
  const { promise, resolve } = Promise.withResolvers<void>();
  const leave = chat.subscribe(() => {
    if (isSettled()) resolve();
  });
  if (!isSettled()) await promise;
  leave();
}
