import type { FastifyReply, FastifyRequest } from "fastify";
import { WireError, type WireErrorCode } from "../../contract/wire-error.ts";
import { wireErrorBody } from "../../contract/wire-error-body.ts";
import { messageOf } from "../../errors/thrown-error.ts";

/** Answers with the error; one that nobody foresaw is logged whole and told without its details. */
export function sendError(request: FastifyRequest, reply: FastifyReply, thrown: unknown): FastifyReply {
  const error = toWireError(thrown, request.routeOptions.bodyLimit);
  const retryAfter = error.retryAfterS ?? RETRY_AFTER_S[error.code];
  if (retryAfter !== undefined) reply.header("retry-after", retryAfter);
  if (error.status >= 500) request.log.error({ err: thrown, code: error.code }, error.message);
  return reply.code(error.status).send(wireErrorBody(error));
}

/** When it is worth trying again, in seconds: a lock is soon free, room on a disk is made by a person. */
const RETRY_AFTER_S: { readonly [Code in WireErrorCode]?: number } = {
  owner_unreachable: 2,
  draining: 1,
  store_unavailable: 2,
  store_full: 30,
};

/** What Fastify itself refuses, in the contract's codes. */
const FASTIFY_CODES: Readonly<Record<string, [WireError["code"], string]>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ["unsupported_media_type", "The body must be application/json."],
  FST_ERR_CTP_EMPTY_JSON_BODY: ["bad_request", "The body is empty; JSON was expected."],
  FST_ERR_CTP_INVALID_JSON_BODY: [
    "bad_request",
    "The body is not valid JSON, or has a key that is never allowed, such as __proto__.",
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ["bad_request", "Content-Length does not match the body."],
  // Fastify's own words for these two repeat the URL, in which there may be a token.
  FST_ERR_BAD_URL: [
    "bad_request",
    "The path cannot be decoded: a % in it is followed by something else than UTF-8.",
  ],
  FST_ERR_MAX_PARAM_LENGTH: ["bad_request", "A part of the path is longer than any key: 200 characters."],
};

/** The error of a body that is larger than this many bytes. */
export function bodyTooLarge(limitBytes: number): WireError {
  return new WireError("payload_too_large", `The body is larger than ${limitBytes / 2 ** 20} MiB.`);
}

function toWireError(thrown: unknown, bodyLimit: number): WireError {
  if (thrown instanceof WireError) return thrown;
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return bodyTooLarge(bodyLimit);
  const known = FASTIFY_CODES[code];
  if (known !== undefined) return new WireError(known[0], known[1]);
  const status = thrown instanceof Error && "statusCode" in thrown ? Number(thrown.statusCode) : 500;
  if (status >= 400 && status < 500) return new WireError("bad_request", messageOf(thrown));
  return new WireError("internal_error", "The service failed to answer.", "Its log has the details.");
}
