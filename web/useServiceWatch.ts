import { useEffect } from "preact/hooks";
import type { ChatController } from "./chat-controller.ts";
import { hasServiceDown } from "./service-health.ts";

/** How often the services are asked for, in milliseconds. */
const CALM_MS = 20_000;
const TROUBLED_MS = 3000;

/** Keeps an eye on the services while the page is seen; at once where something has just gone wrong. */
export function useServiceWatch(chat: ChatController, isTroubled: boolean): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isWatching = true;
    const check = async (): Promise<void> => {
      clearTimeout(timer);
      await chat.checkServices();
      if (!isWatching || document.hidden) return;
      clearTimeout(timer);
      timer = setTimeout(check, hasServiceDown(chat.state.services) ? TROUBLED_MS : CALM_MS);
    };
    const onVisibility = (): void => {
      if (document.hidden) clearTimeout(timer);
      else void check();
    };
    void check();
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      isWatching = false;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisibility);
    };
  }, [chat, isTroubled]);
}
