import { useEffect } from "preact/hooks";
import type { ChatController } from "./chat-controller.ts";

/** Follows replies only while the page is seen. */
export function useVisibility(chat: ChatController): void {
  useEffect(() => {
    const tell = (): void => chat.setSeen(!document.hidden);
    tell();
    document.addEventListener("visibilitychange", tell);
    return () => document.removeEventListener("visibilitychange", tell);
  }, [chat]);
}
