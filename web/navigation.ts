import { useEffect, useLayoutEffect } from "preact/hooks";
import type { ChatController } from "./chat-controller.ts";
import type { ChatState } from "./chat-state.ts";
import { pagePathOf, parseAddress, tokenIn } from "./page-address.ts";
import { takeToken } from "./page-token.ts";

/** Opens what the address names, also by links and after "back", and lets the address follow what is open. */
export function useAddress(chat: ChatController, state: ChatState): void {
  useEffect(() => {
    const onBack = (): void => {
      // An address with a token, put into the bar of a page that is open, loads nothing anew.
      if (tokenIn(location.hash) === null) void chat.go(location.pathname);
      else void chat.signIn(takeToken());
    };
    const onClick = (event: MouseEvent): void => {
      const path = ownPath(event);
      if (path === undefined) return;
      event.preventDefault();
      navigate(chat, path);
    };
    void chat.start(location.pathname);
    addEventListener("popstate", onBack);
    document.addEventListener("click", onClick);
    return () => {
      removeEventListener("popstate", onBack);
      document.removeEventListener("click", onClick);
    };
  }, [chat]);

  const { sessionId, modelId } = state;
  const isSettled = state.phase !== "opening" && state.missing === null;
  // With the drawing, not after it: "back", pressed in between, would be undone.
  useLayoutEffect(() => {
    const path = pagePathOf({ sessionId, modelId });
    if (!isSettled || location.pathname === path) return;
    // A new conversation becomes the one it was sent to, and a deleted one a new one: "back" should lead to neither.
    const here = parseAddress(location.pathname);
    const isOther = here?.page === "conversation" && here.sessionId !== sessionId && sessionId !== null;
    if (isOther) history.pushState(null, "", path);
    else history.replaceState(null, "", path);
  }, [sessionId, modelId, isSettled]);
}

/** Goes to an address of the page, as a link does. */
export function navigate(chat: ChatController, path: string): void {
  if (location.pathname !== path) history.pushState(null, "", path);
  void chat.go(path);
}

/** Where a click leads within the page; undefined where the browser must see to it, as for a new tab. */
function ownPath(event: MouseEvent): string | undefined {
  const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey && event.button === 0;
  if (!isPlain || event.defaultPrevented || !(event.target instanceof Element)) return undefined;
  const link = event.target.closest<HTMLAnchorElement>("a[href]");
  if (link === null || link.origin !== location.origin) return undefined;
  if (link.target !== "" || link.hasAttribute("download")) return undefined;
  return parseAddress(link.pathname) === undefined ? undefined : link.pathname;
}
