import { BlockList, isIPv6 } from "node:net";
import { LOCAL_USER } from "../../contract/caller-headers.ts";
import { WireError } from "../../contract/wire-error.ts";
import { tokenOwner, unauthorized } from "../../http-guard/bearer-token.ts";

/** Who may call a service of ours, and how it is known who calls (contract, section 7, "People"). */
export interface People {
  /** Whoever shows it is the person `local`, and may act for all; empty, or left out: nobody is asked, and everybody is. */
  readonly token?: string | undefined;
  /** People by name, with the token that each shows. */
  readonly users?: Readonly<Record<string, string>> | undefined;
  /** The header in which a trusted proxy names the person; empty, or left out: none. */
  readonly userHeader?: string | undefined;
  /** Addresses, and networks such as `10.0.0.0/8`, of the proxies that are believed about it. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Whether a key is this copy's of the service, by which others pass calls on to it; left out where it has none. */
  readonly isOwnKey?: ((key: string) => boolean) | undefined;
}

/** A person whose call it is. */
export interface CallerUser {
  readonly user: string;
  /** True for whoever may act for everybody, as the HMI does at the gateway. */
  readonly actsForAll: boolean;
  /**
   * How it is known who calls: a page of any site can have a `proxy` say it, and a token it has not. A `copy` of the
   * service has asked that before us, and has passed the call on.
   */
  readonly by: "token" | "proxy" | "nothing" | "copy";
}

/** What of a call says who makes it. */
export interface Introduction {
  /** The token that it shows. */
  readonly token: string | undefined;
  /** Where it comes from; undefined where the connection is gone. */
  readonly address: string | undefined;
  /** Every value of the header in which a proxy names people. */
  readonly named: readonly string[];
}

/** A function that tells who makes a call, or why nobody may. */
export function createCallerIdentifier(people: People): (call: Introduction) => CallerUser | WireError {
  const { token, users = {}, userHeader = "", trustedProxies = [] } = people;
  if (!token) return () => ({ user: LOCAL_USER, actsForAll: true, by: "nothing" });
  const owner = (user: string, actsForAll: boolean): CallerUser => ({ user, actsForAll, by: "token" });
  const ownerOf = tokenOwner([
    [token, owner(LOCAL_USER, true)],
    ...Object.entries(users).map(([name, shown]) => [shown, owner(name, false)] as const),
  ]);
  const isTrusted = addressMatcher(userHeader === "" ? [] : trustedProxies);
  return ({ token: shown, address, named }) => {
    const isFromProxy = isTrusted(address);
    if (isFromProxy && named.length > 0) return namedBy(userHeader, named);
    const known = ownerOf(shown);
    if (known !== undefined) return known;
    return isFromProxy && shown === undefined ? unnamed(userHeader) : unauthorized(shown);
  };
}

/** Longest name of a person, in characters. */
const LONGEST_NAME = 200;

function namedBy(header: string, named: readonly string[]): CallerUser | WireError {
  const [name = "", ...more] = named.map((value) => value.trim());
  // Where a client sends the header too, and the proxy adds its own instead of replacing it, nobody knows whose is which.
  if (more.length > 0) {
    return new WireError(
      "unauthorized",
      `The request has ${named.length} headers ${header}; it must have one.`,
      "Have the proxy replace what its callers send of that header.",
    );
  }
  if (name === "" || name.length > LONGEST_NAME) return unnamed(header);
  return { user: name, actsForAll: false, by: "proxy" };
}

function unnamed(header: string): WireError {
  return new WireError(
    "unauthorized",
    `The proxy names nobody in ${header}, and the call shows no token.`,
    "Sign in at the proxy; or have it send that header (settings auth.user_header and auth.trusted_proxies).",
  );
}

/** A function that tells whether an address is one of these, or in one of these networks. */
function addressMatcher(trusted: readonly string[]): (address: string | undefined) => boolean {
  const list = new BlockList();
  for (const each of trusted) {
    const [address = "", prefix] = each.split("/");
    if (prefix === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return (address = "") => {
    // A link-local address comes with its interface: `fe80::1%eth0`.
    const [plain = ""] = address.split("%");
    return plain !== "" && list.check(plain, familyOf(plain));
  };
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}
