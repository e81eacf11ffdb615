import { useEffect } from "preact/hooks";
import type { UserEvent } from "../src/contract/hmi-schemas.ts";
import type { Chat } from "./chat-controller.ts";
import { followUserEvents } from "./follow-user-events.ts";
import { isOutdated } from "./page-version.ts";
import { hasServiceDown } from "./service-health.ts";

/** How often the services are asked for, in milliseconds. */
const CALM_MS = 20_000;
const TROUBLED_MS = 3000;

/** Keeps an eye on the services while the page is seen; at once where something has just gone wrong. */
export function useServiceWatch(chat: Chat, isTroubled: boolean): void {
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

/**
 * Shows what happens in the user's conversations, here, in other tabs and on other devices. One tab of the browser
 * listens for all of them, because a browser has six connections to one address: whoever holds the lock. Browsers have
 * locks for loopback addresses and https only; elsewhere each tab listens while it is seen.
 */
export function useUserEvents(chat: Chat, isOpen: boolean): void {
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
async function checkVersion(chat: Chat): Promise<void> {
  if (await isOutdated(chat.connection)) chat.dispatch({ type: "page_outdated" });
}

/** Tells tokens apart, without being one. */
function fingerprintOf(token: string): string {
  let hash = 0;
  for (const character of token) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) | 0;
  return String(hash);
}

/** Follows replies only while the page is seen. */
export function useVisibility(chat: Chat): void {
  useEffect(() => {
    const tell = (): void => chat.setSeen(!document.hidden);
    tell();
    document.addEventListener("visibilitychange", tell);
    return () => document.removeEventListener("visibilitychange", tell);
  }, [chat]);
}

/** Shows what other tabs have changed: when they say so, and when a person comes back to this one. */
export function useOtherTabs(chat: Chat, tabs: BroadcastChannel): void {
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
