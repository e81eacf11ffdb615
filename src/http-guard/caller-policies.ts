import { isIP } from "node:net";
import { isLoopback } from "../contract/address.ts";
import { WireError } from "../errors.ts";
import { type Caller, type CallerPolicy, nameOf } from "./caller-guard.ts";
import { isLocalName } from "./local-names.ts";

/** The names of a listener beside the loopback ones. */
export interface OwnNames {
  /** The host that it listens on. */
  readonly host: string;
  /** Further names, as a browser or a proxy puts them into `Host`. */
  readonly allowedHosts?: readonly string[] | undefined;
}

/**
 * Why a GET that changes something may pass although it does not say which page made it, as browsers do not to a name
 * that is not loopback: the caller shows a `token`, which no page of another site has; or the name is a `loopback` one,
 * to which they do say it; or for no reason (`never`), as where a proxy before us knows who its callers are.
 */
export type SilentGets = "token" | "loopback" | "never";

/**
 * For a service with pages of its own, and for one with none: what changes something comes from its own page, or from
 * no browser at all.
 */
export function ownPagesOnly(own: OwnNames, silentGets: SilentGets = "loopback"): CallerPolicy {
  const allowed = allowedIn(own);
  const names = ["localhost", "127.0.0.1", "::1", nameOf(own.host), ...allowed];
  return {
    isOwnName: (name) => isLoopback(name) || name === own.host.toLowerCase() || allowed.has(name),
    ownNames: [...new Set(names)].join(", "),
    refusalOfPage(caller, host) {
      if (caller.deed === "reads") return undefined;
      if (!isOwnPage(caller, host, allowed)) return FOREIGN_PAGE();
      const mayBeSilent = silentGets === "token" || (silentGets === "loopback" && isLoopback(nameOf(host)));
      return mayBeSilent || caller.deed === "changes" || provesItself(caller) ? undefined : UNPROVEN_GET();
    },
  };
}

/** For what was written down of the talk of others: no page has any business with it, not even one that passed here. */
export function programsOnly(own: OwnNames): CallerPolicy {
  const allowed = allowedIn(own);
  return {
    // No page can have an address for a name of its own, unless it is served there.
    isOwnName: (name) =>
      isIP(name) !== 0 || isLoopback(name) || name === own.host.toLowerCase() || allowed.has(name),
    ownNames: inWords("addresses", own),
    refusalOfPage: ({ origin, site }) =>
      origin === undefined && (site === undefined || site === "none")
        ? undefined
        : new WireError("forbidden", "A page may not read what was recorded here.", "Ask with a program."),
  };
}

/** For a proxy: what can only mean this machine and its network passes, and the service behind it judges the rest. */
export function localCallersOnly(own: OwnNames): CallerPolicy {
  const allowed = allowedIn(own);
  return {
    isOwnName: (name) =>
      name !== "" &&
      (isLocalName(name) || isIP(name) !== 0 || name === own.host.toLowerCase() || allowed.has(name)),
    ownNames: inWords("the names and addresses of this machine and its network", own),
    refusalOfPage({ origin }, host) {
      if (origin === undefined) return undefined;
      const name = nameInOrigin(origin) ?? "";
      return name === nameOf(host) || isLoopback(name) || allowed.has(name) ? undefined : FOREIGN_PAGE();
    },
  };
}

/** As Ollama: see `allowedHostsMiddleware` and the settings of CORS in its server/routes.go. */
export function asOllama(isExposed: () => boolean): CallerPolicy {
  return {
    // Bound beyond loopback, any name may be the machine's.
    isOwnName: (name) => isLocalName(name) || isExposed(),
    ownNames: "the names and addresses of this machine and its network",
    refusalOfPage: ({ origin }, host) =>
      origin === undefined || isOriginOf(origin, host) || OLLAMA_ORIGINS.test(origin)
        ? undefined
        : FOREIGN_PAGE(),
  };
}

/** For a proxy that is there to see how the service behind it judges its callers: that one's refusals must show. */
export const JUDGED_BY_UPSTREAM: CallerPolicy = {
  isOwnName: (name) => name !== "",
  takesSeveralHosts: true,
  ownNames: "any name",
  refusalOfPage: () => undefined,
};

/** `OLLAMA_ORIGINS` as it is without any setting, and the extensions of browsers. */
const OLLAMA_ORIGINS =
  /^(?:https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::\d+)?$|(?:app|file|tauri|vscode-webview|vscode-file|(?:chrome|safari|moz|ms-browser)-extension):\/\/)/;

/** Whether it is sure that no page of another site made the call. */
function provesItself({ origin, site, requestedWith }: Caller): boolean {
  return origin !== undefined || site !== undefined || Boolean(requestedWith);
}

function isOwnPage({ origin, site }: Caller, host: string, allowed: ReadonlySet<string>): boolean {
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  if (origin === undefined || origin === `http://${host}`) return true;
  // A proxy before us may speak https, on another port. On loopback another port is another program.
  const name = nameInOrigin(origin);
  if (name === undefined || isLoopback(name)) return false;
  return name === nameOf(host) || allowed.has(name);
}

function isOriginOf(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}

function nameInOrigin(origin: string): string | undefined {
  const host = /^https?:\/\/([^/:@]+|\[[^/\]]+\])(?::\d+)?$/i.exec(origin)?.[1];
  return host === undefined ? undefined : nameOf(host);
}

function inWords(kinds: string, { host, allowedHosts = [] }: OwnNames): string {
  return [...new Set([kinds, "localhost", host, ...allowedHosts])].join(", ");
}

function allowedIn({ allowedHosts = [] }: OwnNames): ReadonlySet<string> {
  return new Set(allowedHosts.map((name) => name.toLowerCase()));
}

const FOREIGN_PAGE = (): WireError =>
  new WireError(
    "forbidden",
    "A page of another origin may not call this service.",
    "If it is this service's own page behind a proxy, add its host to the setting http.allowed_hosts.",
  );

const UNPROVEN_GET = (): WireError =>
  new WireError(
    "forbidden",
    "This GET changes something, and nothing tells it from an image in anybody's page.",
    "Use POST /api/chat/message, add the header `X-Requested-With: stack`, or set auth.token and show the token.",
  );
