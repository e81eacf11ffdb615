import { WireError } from "../contract/wire-error.ts";
import type { Caller, CallerPolicy } from "./host-and-origin-guard.ts";

/**
 * Why a call is refused for the names that it has us by; undefined where they are our own. Against DNS rebinding: a page
 * that points its own name here is, for its browser, of our origin, and `Host` alone tells of it.
 */
export function refusalOfHost({ hosts, target }: Caller, policy: CallerPolicy): WireError | undefined {
  if (hosts.length > 1 && !policy.takesSeveralHosts) {
    // Whoever stands before us may have gone by the other one (RFC 9112, section 3.2).
    return new WireError("bad_request", `The request has ${hosts.length} Host headers; it must have one.`);
  }
  const [host = ""] = hosts;
  const authority = authorityIn(target);
  if (authority !== undefined && authority.toLowerCase() !== host.toLowerCase()) {
    return new WireError(
      "bad_request",
      `The request is for "${authority}", and its Host header for "${host}".`,
    );
  }
  if (policy.isOwnName(hostNameOf(host))) return undefined;
  if (host === "") return new WireError("bad_request", "The request has no Host header.");
  return new WireError(
    "forbidden",
    `The Host header names "${host}"; this service answers to ${policy.ownNames}.`,
    "Call it by one of these names, or add this one to the setting http.allowed_hosts.",
  );
}

/** The name in a `Host` header: in lower case, without port and brackets. */
export function hostNameOf(host: string): string {
  return host
    .replace(/:\d*$/, "")
    .replace(/^\[(.*)\]$/, "$1")
    .toLowerCase();
}

/** The host in a request target of the absolute form: a client names the same in `Host` (RFC 9112, section 3.2). */
function authorityIn(target: string): string | undefined {
  return /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(target)?.[1];
}
