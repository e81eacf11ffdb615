/** The HTTP status that goes with each error code on the wire (contract, section 5). */
export const WIRE_ERRORS = {
  /** The body, the query, the path or the request itself is not as the contract says; every bad field is named. */
  bad_request: 400,
  /** `model_id` is no integer >= 1. */
  invalid_model_id: 400,
  /** The message is longer than 50,000 characters. */
  message_too_long: 400,
  /** The model cannot do what is asked of it: see pictures, or think. */
  not_able: 400,
  /** This stack cannot do what is asked of it: `tools`. */
  not_supported: 400,
  /** The token is missing, or is another. */
  unauthorized: 401,
  /** The service does not answer to this `Host`, or the call comes from a page of another origin. */
  forbidden: 403,
  /** There is nothing at this path, or no reply of this `Last-Event-ID`. */
  not_found: 404,
  /** There is no such conversation. */
  conversation_not_found: 404,
  /** The conversation has no such message. */
  message_not_found: 404,
  /** There is no such model profile. */
  model_profile_not_found: 404,
  /** The engine does not have this model, or has none at all. */
  model_not_found: 404,
  /** There is no such agent. */
  agent_not_found: 404,
  /** The path takes other methods, which `Allow` names. */
  method_not_allowed: 405,
  /** The conversation belongs to another agent. */
  agent_mismatch: 409,
  /** The conversation belongs to another model profile, or to none. */
  model_mismatch: 409,
  /** The model profile still has conversations. */
  model_profile_in_use: 409,
  /** The conversation's present message is still being answered. */
  generation_in_progress: 409,
  /** This key was used before, for another message. */
  key_reused: 409,
  /** The conversation has gone on since that message. */
  message_superseded: 409,
  /** Nothing was said in the conversation yet. */
  nothing_to_regenerate: 409,
  /** The conversation has no reply that could be joined, and none that is missing. */
  nothing_to_stream: 409,
  /** A copy of the service is meant that is not here any more; nothing was done, and whoever has passed the call on looks again. */
  misdirected: 421,
  /** The body is larger than 1 MiB. */
  payload_too_large: 413,
  /** The body is not `application/json`. */
  unsupported_media_type: 415,
  /** This address sent too many messages in a minute, or the engine says so; `Retry-After` says when to come back. */
  rate_limited: 429,
  /** The service failed; its log has the details. */
  internal_error: 500,
  /** A gateway lacks the call; ours has them all, and the HMI passes this on from others. */
  not_implemented: 501,
  /** The engine refused, failed in mid-reply, or answered something else than the contract's. */
  engine_error: 502,
  /** The reply has ended without any text. */
  empty_reply: 502,
  /** The engine sent more than `stream.max_reply_chars`; the reply ends with what fits. */
  reply_too_long: 502,
  /** The gateway answered something else than the contract's, or its stream was cut off. */
  gateway_error: 502,
  /** The engine does not answer. */
  engine_unavailable: 503,
  /** The gateway does not answer. */
  gateway_unavailable: 503,
  /** The conversations' database is locked by another program, or cannot be used; `Retry-After` says when to try again. */
  store_unavailable: 503,
  /** The copy that writes the reply does not answer, and still may; `Retry-After` says when to try again. */
  owner_unreachable: 503,
  /** This copy of the service is being stopped and begins no reply; another one does, or this one after `Retry-After`. */
  draining: 503,
  /** The reply took longer than `stream.max_reply_ms`; it ends with what has come. */
  reply_timeout: 504,
  /** A gateway gave up waiting; ours says what did not answer, and the HMI passes this on from others. */
  timeout: 504,
  /** The disk of the conversations' database is full; `Retry-After` says when to try again. */
  store_full: 507,
} as const satisfies Record<string, number>;

/** A code that may stand in an error body or in an `error` event. */
export type WireErrorCode = keyof typeof WIRE_ERRORS;

/** What went wrong on the wire: becomes `{error: {code, message, hint?}}` with the code's status. */
export class WireError extends Error {
  override readonly name = "WireError";
  readonly code: WireErrorCode;
  readonly hint: string | undefined;
  /** When to come back, in seconds, where that is known. */
  readonly retryAfterS: number | undefined;

  constructor(
    code: WireErrorCode,
    message: string,
    hint?: string,
    options: { cause?: unknown; retryAfterS?: number | undefined } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = hint;
    this.retryAfterS = options.retryAfterS;
  }

  /** HTTP status of this error. */
  get status(): number {
    return WIRE_ERRORS[this.code];
  }
}
