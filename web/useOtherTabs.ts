import { useEffect } from "preact/hooks";
import type { ChatController } from "./chat-controller.ts";

/** Shows what other tabs have changed: when they say so, and when a person comes back to this one. */
export function useOtherTabs(chat: ChatController, tabs: BroadcastChannel): void {
  useEffect(() => {
    let isRefreshing = false;
    const refresh = (): void => {
      if (document.hidden || isRefreshing) return;
      isRefreshing = true;
      void chat.refresh().finally(() => {
        isRefreshing = false;
      });
    };
    tabs.addEventListener("message", refresh);
    addEventListener("focus", refresh);
    document.addEventListener("visibilitychange", refresh);
    return () => {
      tabs.removeEventListener("message", refresh);
      removeEventListener("focus", refresh);
      document.removeEventListener("visibilitychange", refresh);
    };
  }, [chat, tabs]);
}
