import { isIP } from "node:net";
import { isLoopback } from "../contract/address.ts";
import { WireError } from "../contract/wire-error.ts";
import type { CallerPolicy } from "./host-and-origin-guard.ts";
import { hostNameOf } from "./host-check.ts";
import { isLocalName } from "./local-names.ts";
import {
  foreignPage,
  isOllamaOrigin,
  nameInOrigin,
  refusalOfChange,
  type SilentGets,
} from "./origin-check.ts";

/** The names of a listener beside the loopback ones. */
export interface OwnNames {
  /** The host that it listens on. */
  readonly host: string;
  /** Further names, as a browser or a proxy puts them into `Host`. */
  readonly allowedHosts?: readonly string[] | undefined;
}

/**
 * For a service with pages of its own, and for one with none: what changes something comes from its own page, or from
 * no browser at all.
 */
export function ownPagesOnly(own: OwnNames, silentGets: SilentGets = "loopback"): CallerPolicy {
  const allowed = allowedIn(own);
  const names = ["localhost", "127.0.0.1", "::1", hostNameOf(own.host), ...allowed];
  return {
    isOwnName: (name) => isLoopback(name) || name === own.host.toLowerCase() || allowed.has(name),
    ownNames: [...new Set(names)].join(", "),
    refusalOfPage: (caller, host) => refusalOfChange(caller, host, { allowed, silentGets }),
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
      return name === hostNameOf(host) || isLoopback(name) || allowed.has(name) ? undefined : foreignPage();
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
      origin === undefined || isOllamaOrigin(origin, host) ? undefined : foreignPage(),
  };
}

/** For a proxy that is there to see how the service behind it judges its callers: that one's refusals must show. */
export const JUDGED_BY_UPSTREAM: CallerPolicy = {
  isOwnName: (name) => name !== "",
  takesSeveralHosts: true,
  ownNames: "any name",
  refusalOfPage: () => undefined,
};

function inWords(kinds: string, { host, allowedHosts = [] }: OwnNames): string {
  return [...new Set([kinds, "localhost", host, ...allowedHosts])].join(", ");
}

function allowedIn({ allowedHosts = [] }: OwnNames): ReadonlySet<string> {
  return new Set(allowedHosts.map((name) => name.toLowerCase()));
}
