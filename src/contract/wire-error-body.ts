import type { WireError } from "../errors.ts";
import type { ErrorBody } from "./common-schemas.ts";

/** The JSON body of an error (contract, section 5). */
export function errorBody(error: WireError): ErrorBody {
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    },
  };
}
