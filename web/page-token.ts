import { tokenIn } from "./page-address.ts";

const KEY = "token";

/** The token of this tab: from its address, which is rid of it, or from before a reload. Empty where there is none. */
export function takeToken(): string {
  const given = tokenIn(location.hash);
  if (given === null) return sessionStorage.getItem(KEY) ?? "";
  history.replaceState(history.state, "", location.pathname + location.search);
  keepToken(given);
  return given;
}

/** Keeps the token as long as the tab is open. */
export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token);
}

/** Whether the HMI has said with the page that it does not know who asked for it, so that each call needs a token. */
export function isTokenWanted(): boolean {
  return document.querySelector('meta[name="access"][content="token"]') !== null;
}
