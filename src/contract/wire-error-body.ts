import type { ErrorBody } from "./common-schemas.ts";
import type { WireError } from "./wire-error.ts";

/** The JSON body of an error (contract, section 5). */
export function wireErrorBody(error: WireError): ErrorBody {
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    },
  };
}
