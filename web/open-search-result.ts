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
  if (!isShown(chat, message_id)) await chat.chooseVersion(message_id);
  const words = matches.map(([from, to]) => excerpt.slice(from, to));
  const place = { messageId: message_id, words };
  // The end of a conversation is drawn before its beginning. Drawn, it has its size with the next frame.
  do {
    await nextFrame();
    await nextFrame();
  } while (!showFound(place) && isShown(chat, message_id));
}

function isShown({ state }: ChatController, messageId: string): boolean {
  return state.messages.some(({ message_id }) => message_id === messageId);
}

async function nextFrame(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  requestAnimationFrame(() => resolve());
  await promise;
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
