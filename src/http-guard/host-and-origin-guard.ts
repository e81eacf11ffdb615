import type { IncomingMessage } from "node:http";
import type { WireError } from "../contract/wire-error.ts";
import { refusalOfHost } from "./host-check.ts";

/** What of a request tells who calls, and by which name. */
export interface Caller {
  /** Every value of `Host`, as it was sent. */
  readonly hosts: readonly string[];
  /** The request target, as it was sent: it may name a host too. */
  readonly target: string;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`: browsers send it to https and to loopback only, and no page can set it. */
  readonly site: string | undefined;
  /** `X-Requested-With`: to another origin a page can send it only where that origin has agreed, and ours never do. */
  readonly requestedWith: string | undefined;
  readonly deed: Deed;
}

/** What a call does: a GET that changes something is all that an image or a link of any page needs. */
export type Deed = "reads" | "changes" | "changes by GET";

/** Who may call a listener. */
export interface CallerPolicy {
  /** Whether a call may name us so: in lower case, without port and brackets; empty where it names nobody. */
  isOwnName(name: string): boolean;
  /** Whether it may have more than one `Host`; left out where it may not. */
  readonly takesSeveralHosts?: boolean;
  /** The names that it may, in words. */
  readonly ownNames: string;
  /** Why what made the call may not make it; undefined where it may. `host` is the only one of the call. */
  refusalOfPage(caller: Caller, host: string): WireError | undefined;
}

/** The parts of a request that the guard looks at. */
export function callerOf(request: IncomingMessage, deed: Deed): Caller {
  const { headers, headersDistinct, url = "" } = request;
  const only = (name: string): string | undefined => headersDistinct[name]?.join(", ");
  return {
    hosts: headersDistinct["host"] ?? [],
    target: url,
    origin: headers.origin,
    site: only("sec-fetch-site"),
    requestedWith: only("x-requested-with"),
    deed,
  };
}

/**
 * Why a call is refused, before anybody looks what it wants; undefined where it may pass. Every listener of ours asks
 * this. A page of another site reaches us by our own name, or by pointing its own here: the second is seen by `Host`
 * alone (`host-check.ts`), the first by `Origin` and `Sec-Fetch-Site` (`origin-check.ts`).
 */
export function refusalOf(caller: Caller, policy: CallerPolicy): WireError | undefined {
  return refusalOfHost(caller, policy) ?? policy.refusalOfPage(caller, caller.hosts[0] ?? "");
}
