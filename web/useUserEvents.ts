import { useEffect } from "preact/hooks";
import type { UserEvent } from "../src/contract/hmi-schemas.ts";
import type { ChatController } from "./chat-controller.ts";
import { followUserEvents } from "./follow-user-events.ts";
import { isOutdated } from "./outdated-page.ts";

/**
 * Shows what happens in the user's conversations, here, in other tabs and on other devices. One tab of the browser
 * listens for all of them, because a browser has six connections to one address: whoever holds the lock. Browsers have
 * locks for loopback addresses and https only; elsewhere each tab listens while it is seen.
 */
export function useUserEvents(chat: ChatController, isOpen: boolean): void {
  useEffect(() => {
    if (!isOpen) return undefined;
    const stop = new AbortController();
    const { signal } = stop;
    // Tabs with other tokens are other people's.
    const name = `user-events ${fingerprintOf(chat.connection.token)}`;
    const tabs = new BroadcastChannel(name);
    const hear = (event: UserEvent): void => {
      void chat.heard(event);
      // What has been forgotten meanwhile, an HMI has that was started meanwhile.
      if (event.type === "reset") void checkVersion(chat);
    };
    tabs.onmessage = ({ data }: MessageEvent<UserEvent>) => hear(data);
    const listen = async (): Promise<void> => {
      let isFirst = true;
      await followUserEvents({
        connection: chat.connection,
        signal,
        onEvent: (event) => {
          tabs.postMessage(event);
          if (isFirst) void chat.heard(event);
          else hear(event);
          isFirst = false;
        },
      });
    };
    // A request for the lock that is given up rejects.
    if (navigator.locks) void navigator.locks.request(name, { signal }, listen).catch(() => undefined);
    else void listen();
    return () => {
      stop.abort();
      tabs.close();
    };
  }, [chat, isOpen]);
}

/** Tells where the HMI has another version of this page by now. */
async function checkVersion(chat: ChatController): Promise<void> {
  if (await isOutdated(chat.connection)) chat.dispatch({ type: "page_outdated" });
}

/** Tells tokens apart, without being one. */
function fingerprintOf(token: string): string {
  let hash = 0;
  for (const character of token) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) | 0;
  return String(hash);
}
