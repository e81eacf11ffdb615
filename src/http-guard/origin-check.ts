/**
 * Which page has made a call, by `Origin` and `Sec-Fetch-Site`: against CSRF, where a page of another site has its reader's
 * browser call us by our own name.
 */
import { isLoopback } from "../contract/address.ts";
import { WireError } from "../contract/wire-error.ts";
import type { Caller } from "./host-and-origin-guard.ts";
import { hostNameOf } from "./host-check.ts";

/**
 * Why a GET that changes something may pass although it does not say which page made it, as browsers do not to a name
 * that is not loopback: the caller shows a `token`, which no page of another site has; or the name is a `loopback` one,
 * to which they do say it; or for no reason (`never`), as where a proxy before us knows who its callers are.
 */
export type SilentGets = "token" | "loopback" | "never";

interface ChangeRules {
  /** Further names of ours, in lower case. */
  readonly allowed: ReadonlySet<string>;
  readonly silentGets: SilentGets;
}

/** Why a call may not change anything: another page than our own may have made it. Undefined where it may, or only reads. */
export function refusalOfChange(
  caller: Caller,
  host: string,
  { allowed, silentGets }: ChangeRules,
): WireError | undefined {
  if (caller.deed === "reads") return undefined;
  if (!isOwnPage(caller, host, allowed)) return foreignPage();
  const mayBeSilent = silentGets === "token" || (silentGets === "loopback" && isLoopback(hostNameOf(host)));
  return mayBeSilent || caller.deed === "changes" || provesItself(caller) ? undefined : unprovenGet();
}

function isOwnPage({ origin, site }: Caller, host: string, allowed: ReadonlySet<string>): boolean {
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  if (origin === undefined || origin === `http://${host}`) return true;
  // A proxy before us may speak https, on another port. On loopback another port is another program.
  const name = nameInOrigin(origin);
  if (name === undefined || isLoopback(name)) return false;
  return name === hostNameOf(host) || allowed.has(name);
}

/** Whether it is sure that no page of another site made the call. */
function provesItself({ origin, site, requestedWith }: Caller): boolean {
  return origin !== undefined || site !== undefined || Boolean(requestedWith);
}

/** Whether Ollama takes calls from pages of this origin. */
export function isOllamaOrigin(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}` || OLLAMA_ORIGINS.test(origin);
}

/** `OLLAMA_ORIGINS` as it is without any setting, and the extensions of browsers. */
const OLLAMA_ORIGINS =
  /^(?:https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::\d+)?$|(?:app|file|tauri|vscode-webview|vscode-file|(?:chrome|safari|moz|ms-browser)-extension):\/\/)/;

/** The name of the host in an origin; undefined where it has none, as `null`. */
export function nameInOrigin(origin: string): string | undefined {
  const host = /^https?:\/\/([^/:@]+|\[[^/\]]+\])(?::\d+)?$/i.exec(origin)?.[1];
  return host === undefined ? undefined : hostNameOf(host);
}

export function foreignPage(): WireError {
  return new WireError(
    "forbidden",
    "A page of another origin may not call this service.",
    "If it is this service's own page behind a proxy, add its host to the setting http.allowed_hosts.",
  );
}

function unprovenGet(): WireError {
  return new WireError(
    "forbidden",
    "This GET changes something, and nothing tells it from an image in anybody's page.",
    "Use POST /api/chat/message, add the header `X-Requested-With: stack`, or set auth.token and show the token.",
  );
}
