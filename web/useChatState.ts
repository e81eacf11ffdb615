import { useEffect, useState } from "preact/hooks";
import type { ChatController } from "./chat-controller.ts";
import type { ChatState } from "./chat-state.ts";

/** The chat's state, drawn again after every change. */
export function useChatState(chat: ChatController): ChatState {
  const [state, setState] = useState(chat.state);
  useEffect(() => chat.subscribe(() => setState(chat.state)), [chat]);
  return state;
}
