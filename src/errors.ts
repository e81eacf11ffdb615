/**
 * Every error class and code of the product.
 *
 * A message says what was expected and what was found; the hint says what to do. Who must act decides
 * the kind: the user (bad input), the outside (a service that does not answer), or us (a bug).
 */

/** Exit codes of the command line, the same for every command. */
export const EXIT = {
  /** All is well: the wished state is reached, or every claim holds. */
  ok: 0,
  /** The command ran, and its answer is bad news: a claim is broken, a service could not be started. */
  failed: 1,
  /** The command could not run: wrong input, unreadable configuration, nothing to talk to. */
  unusable: 2,
  /** Stopped by Ctrl-C. */
  interrupted: 130,
} as const;

/** The HTTP status that goes with each error code on the wire (contract, section 5). */
export const WIRE_ERRORS = {
  bad_request: 400,
  invalid_model_id: 400,
  message_too_long: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conversation_not_found: 404,
  model_profile_not_found: 404,
  model_not_found: 404,
  agent_not_found: 404,
  method_not_allowed: 405,
  agent_mismatch: 409,
  model_mismatch: 409,
  model_profile_in_use: 409,
  generation_in_progress: 409,
  nothing_to_regenerate: 409,
  nothing_to_stream: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  internal_error: 500,
  not_implemented: 501,
  engine_error: 502,
  gateway_error: 502,
  engine_unavailable: 503,
  gateway_unavailable: 503,
  timeout: 504,
} as const satisfies Record<string, number>;

/** A code that may stand in an error body or in an `error` event. */
export type WireErrorCode = keyof typeof WIRE_ERRORS;

/** What went wrong on the wire: becomes `{error: {code, message, hint?}}` with the code's status. */
export class WireError extends Error {
  override readonly name = "WireError";
  readonly code: WireErrorCode;
  readonly hint: string | undefined;

  constructor(code: WireErrorCode, message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }

  /** HTTP status of this error. */
  get status(): number {
    return WIRE_ERRORS[this.code];
  }
}

/** Codes of errors that a person at the terminal can act on. */
export type UserErrorCode =
  | "bad_flag"
  | "bad_url"
  | "config_invalid"
  | "config_unreadable"
  | "database_unreadable"
  | "database_too_new"
  | "port_taken"
  | "state_unwritable"
  | "start_failed"
  | "stop_failed"
  | "interrupted"
  | "source_missing"
  | "nothing_selected"
  | "report_unreadable"
  | "report_unwritable"
  | "unreachable"
  | "unauthorized"
  | "chat_failed"
  | "unknown_fault"
  | "unknown_suite";

/** An error that a person at the terminal can act on: printed as message and hint, never with a stack. */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly code: UserErrorCode;
  readonly hint: string | undefined;
  /** One of {@link EXIT}. */
  readonly exitCode: number;

  constructor(
    code: UserErrorCode,
    message: string,
    options: { hint?: string; exitCode?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? EXIT.unusable;
  }
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  // Node's connect errors over several addresses have an empty message and say it in the code.
  const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : undefined;
  return thrown.message || code || thrown.name;
}
