import type { FastifyRequest } from "fastify";
import { hostInUrl } from "../../contract/address.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { WireError } from "../../errors.ts";

const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"] as const;

/**
 * Keeps web pages of other sites out. `Host` must be a loopback name or the configured one, or a page could
 * reach us by pointing its own name here (DNS rebinding); and a call that changes something must come from
 * our own page or from no browser at all.
 */
export function guardOrigin(configuredHost: string): (request: FastifyRequest) => Promise<void> {
  const names = new Set<string>([...LOOPBACK_NAMES, hostInUrl(configuredHost).toLowerCase()]);
  return async (request) => {
    const host = request.headers.host ?? "";
    if (!names.has(nameOf(host))) {
      throw new WireError(
        "forbidden",
        `The Host header names "${host}"; this service answers to ${[...names].join(", ")}.`,
        "Call it by one of these names.",
      );
    }
    if (changesSomething(request) && !isOwnOrigin(request, host)) {
      throw new WireError("forbidden", "A page of another origin may not call this service.");
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

function isOwnOrigin(request: FastifyRequest, host: string): boolean {
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  const { origin } = request.headers;
  return origin === undefined || origin === `http://${host}`;
}
