import type { FastifyRequest } from "fastify";
import { hostInUrl } from "../../contract/address.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { WireError } from "../../errors.ts";

export interface OwnNames {
  /** The host that the service listens on. */
  readonly host: string;
  /** Further names, as a browser or a proxy puts them into `Host`. */
  readonly allowedHosts?: readonly string[] | undefined;
}

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Keeps web pages of other sites out. `Host` must be a loopback name or one of the service's own, or a page
 * could reach us by pointing its own name here (DNS rebinding); and a call that changes something must come
 * from our own page or from no browser at all.
 */
export function guardOrigin(own: OwnNames): (request: FastifyRequest) => Promise<void> {
  const allowed = new Set((own.allowedHosts ?? []).map((name) => name.toLowerCase()));
  const names = new Set([...LOOPBACK_NAMES, hostInUrl(own.host).toLowerCase(), ...allowed]);
  return async (request) => {
    const { host } = request.headers;
    if (host === undefined) throw new WireError("bad_request", "The request has no Host header.");
    if (!names.has(nameOf(host))) {
      throw new WireError(
        "forbidden",
        `The Host header names "${host}"; this service answers to ${[...names].join(", ")}.`,
        "Call it by one of these names, or add this one to the setting http.allowed_hosts.",
      );
    }
    if (changesSomething(request) && !isOwnOrigin(request, host, allowed)) {
      throw new WireError(
        "forbidden",
        "A page of another origin may not call this service.",
        "If it is this service's own page behind a proxy, add its host to the setting http.allowed_hosts.",
      );
    }
  };
}

function nameOf(host: string): string {
  return host.replace(/:\d+$/, "").toLowerCase();
}

function changesSomething(request: FastifyRequest): boolean {
  // The general stream is a GET that saves a message. Its path can be spelled in many ways, its route in one.
  return request.method !== "GET" || request.routeOptions.url === hmiRoutes.generalStream.pattern;
}

function isOwnOrigin(request: FastifyRequest, host: string, allowed: ReadonlySet<string>): boolean {
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  const { origin } = request.headers;
  if (origin === undefined || origin === `http://${host}`) return true;
  // A proxy before us may speak https, on another port. On loopback another port is another program.
  const name = /^https?:\/\/([^/:]+|\[[^/]+\])(?::\d+)?$/i.exec(origin)?.[1]?.toLowerCase();
  if (name === undefined || isLoopback(name)) return false;
  return name === nameOf(host) || allowed.has(name);
}

function isLoopback(name: string): boolean {
  return LOOPBACK_NAMES.has(name) || /^127\.[\d.]+$/.test(name);
}
