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

/** Codes of errors that a person at the terminal can act on. */
export type UserErrorCode =
  | "bad_flag"
  | "bad_url"
  | "config_invalid"
  | "config_unreadable"
  | "config_exists"
  | "config_unwritable"
  | "config_untrusted"
  | "export_exists"
  | "export_impossible"
  | "export_unwritable"
  | "database_missing"
  | "database_unreadable"
  | "database_too_new"
  | "port_taken"
  | "not_adoptable"
  | "processes_hidden"
  | "state_unwritable"
  | "state_unreadable"
  | "foreign_owner"
  | "foreign_namespace"
  | "start_failed"
  | "stop_failed"
  | "interrupted"
  | "source_missing"
  | "nothing_selected"
  | "log_unreadable"
  | "nothing_learned"
  | "report_unreadable"
  | "shards_incomplete"
  | "module_invalid"
  | "report_unwritable"
  | "unreachable"
  | "drill_refused"
  | "unauthorized"
  | "chat_failed"
  | "transfer_failed"
  | "unknown_fault"
  | "unknown_service"
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

/**
 * A call to what the target lacks, by the contract that was given for it: what becomes of the check that made
 * the call is for that contract to say.
 */
export class Lacks extends Error {
  override readonly name = "Lacks";
  /** The endpoint, by the name that settings know it by. */
  readonly endpoint: string;
  /** `POST /chat/{session_id}/cancel`. */
  readonly call: string;
  readonly becomes: "skipped" | "broken";
  /** What was answered instead; undefined where nobody asked. */
  readonly answered: string | undefined;

  constructor(endpoint: string, call: string, becomes: "skipped" | "broken", answered?: string) {
    super(`this target has no ${call} (contract.lacks: ${endpoint})`);
    this.endpoint = endpoint;
    this.call = call;
    this.becomes = becomes;
    this.answered = answered;
  }
}

/**
 * What a claim is about is not told by this target: the claim is not judged. The message says which call or field is
 * missing, and which setting would supply it.
 */
export class NotTold extends Error {
  override readonly name = "NotTold";
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  // Node's connect errors over several addresses have an empty message and say it in the code.
  return thrown.message || nodeErrorCode(thrown) || thrown.name;
}

/** What Node calls an error, such as `ENOENT`; undefined where it has no such name. */
export function nodeErrorCode(thrown: unknown): string | undefined {
  const isNamed = thrown instanceof Error && "code" in thrown && typeof thrown.code === "string";
  return isNamed ? String(thrown.code) : undefined;
}

/** What a look at a file finds; undefined where there is no such file. */
export function ifThere<Found>(look: () => Found): Found | undefined {
  try {
    return look();
  } catch (error) {
    if (nodeErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** A message as part of a longer sentence, which has a full stop of its own. */
export function withoutStop(text: string): string {
  return text.replace(/\.$/, "");
}
