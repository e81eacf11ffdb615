import type { FastifyRequest } from "fastify";
import { hmiRoutes } from "../../contract/routes.ts";
import { WireError } from "../../errors.ts";

const LOOPBACK_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Keeps web pages of other sites out of a service on loopback. `Host` must be a loopback name, or a page
 * could reach us by pointing its own name here (DNS rebinding); and a call that changes something must
 * come from our own page or from no browser at all.
 */
export async function guardOrigin(request: FastifyRequest): Promise<void> {
  const host = request.headers.host ?? "";
  if (!LOOPBACK_NAMES.has(nameOf(host))) {
    throw new WireError(
      "forbidden",
      `The Host header names "${host}"; this service answers to loopback names only.`,
      "Call it as 127.0.0.1 or localhost.",
    );
  }
  if (changesSomething(request) && !isOwnOrigin(request, host)) {
    throw new WireError("forbidden", "A page of another origin may not call this service.");
  }
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
