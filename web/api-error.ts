import type { ErrorBody } from "../src/contract/common-schemas.ts";

/** A call that failed, in words for the page. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** One of the contract's codes, or `hmi_unreachable`. */
  readonly code: string;
  readonly hint: string | undefined;
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;

  constructor(status: number, { code, message, hint }: ErrorBody["error"]) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.status = status;
  }
}
