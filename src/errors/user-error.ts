import { EXIT } from "./exit-codes.ts";
/**
 * What a command ends with. A message says what was expected and what was found; the hint says what to do. Who must act
 * decides the kind: the user (bad input), the outside (a service that does not answer), or us (a bug).
 */

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
