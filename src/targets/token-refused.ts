import { UserError } from "../errors/user-error.ts";

/** Where a service refuses our token, or asks for one and we have none. */
export function tokenRefused(title: string, url: string): UserError {
  return new UserError("unauthorized", `The ${title} at ${url} asks for another token than we have.`, {
    hint: "Set auth.token, or STACK_AUTH_TOKEN, to the token that it was started with.",
  });
}
