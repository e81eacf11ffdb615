import type { IncomingHttpHeaders } from "node:http";
import { ErrorBody } from "../../../src/contract/common-schemas.ts";
import { WIRE_ERRORS } from "../../../src/contract/wire-error.ts";
import type { FuzzRequest } from "./requests.ts";

export interface FuzzAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What is wrong with an answer; undefined where it is one of the contract's. */
export function faultIn(asked: FuzzRequest, { status, headers, body }: FuzzAnswer): string | undefined {
  const type = headers["content-type"] ?? "";
  if (status < 200 || status >= 500) return `${status} ${body}`;
  if (status < 400) {
    if (!asked.isAuthorised) return `${status} without the token`;
    if (asked.unknownField !== undefined) return `${status} although nobody knows "${asked.unknownField}"`;
    const isStream = type.startsWith("text/event-stream");
    const isCut = isStream && !asked.isEndless && !body.includes('"type":"done"');
    return isCut ? `a stream without its end: ${body}` : undefined;
  }
  // A page says in its own words that there is nothing.
  if (asked.method === "HEAD" || (status === 404 && type.startsWith("text/html"))) return undefined;
  return faultInHeaders(asked, status, headers) ?? faultInError(status, body);
}

function faultInHeaders({ method }: FuzzRequest, status: number, headers: IncomingHttpHeaders) {
  const { allow = method, "www-authenticate": scheme } = headers;
  if (status === 405 && allow.split(", ").includes(method)) return `405 for ${method} with Allow: ${allow}`;
  return status === 401 && scheme !== "Bearer" ? "401 without WWW-Authenticate" : undefined;
}

/** The same for everything that came back on a connection. */
export function faultInBytes(answer: string): string | undefined {
  const [, status, body = ""] = /^HTTP\/1\.1 (\d{3}) .*?\r\n\r\n(.*)$/s.exec(answer) ?? [];
  if (status === undefined) return `no answer but ${JSON.stringify(answer.slice(0, 200))}`;
  return faultInError(Number(status), body);
}

/** Statuses for what is wrong with the framing have no codes of their own. */
const FRAMING = new Set([408, 431]);

function faultInError(status: number, body: string): string | undefined {
  const error = errorIn(body);
  if (error === undefined) return `${status} with the body ${JSON.stringify(body.slice(0, 200))}`;
  const expected = Object.entries(WIRE_ERRORS).find(([code]) => code === error.code)?.[1];
  const isMatching = expected === status || (expected === 400 && FRAMING.has(status));
  return isMatching ? undefined : `${status} with the code ${error.code}`;
}

function errorIn(body: string): ErrorBody["error"] | undefined {
  try {
    return ErrorBody.parse(JSON.parse(body)).error;
  } catch {
    return undefined;
  }
}
