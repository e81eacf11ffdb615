import { UserError } from "../errors/user-error.ts";

/** The error of a configuration that cannot be run in the way that was asked for. `hint` says which setting changes that. */
export function exportImpossible(message: string, hint: string): UserError {
  return new UserError("export_impossible", message, { hint });
}
