import type { Session } from "../../src/contract/hmi-schemas.ts";
import { ChatController } from "../../web/chat-controller.ts";
import { listedSessions } from "../../web/chat-selectors.ts";

/** The chat page of this HMI at a path; resolves when what is there has been loaded, and its reply has ended. */
export async function chatAt(hmi: string, path: string): Promise<ChatController> {
  const chat = new ChatController({ origin: hmi });
  await chat.start(path);
  return chat;
}

/** Resolves when the reply has ended. */
export async function say(chat: ChatController, text: string): Promise<void> {
  chat.dispatch({ type: "draft_changed", draft: text });
  await chat.send();
}

/** What was said, oldest first. */
export function texts(chat: ChatController): string[] {
  return chat.state.messages.map(({ content }) => content);
}

export function openSession(chat: ChatController): Session {
  const { session } = chat.state;
  if (session === null) throw new Error("No conversation is open.");
  return session;
}

/** The keys of the conversations that are listed. */
export function listed(chat: ChatController): string[] {
  return listedSessions(chat.state).map((session) => session.session_id);
}
