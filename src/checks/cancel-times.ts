import type { Context } from "./contract-conversations.ts";

/** Within this many milliseconds of the call both ends are over (contract, section 2). */
export const LIMIT_MS = 250;

/** For how much longer the end of a stream is waited for where its reply is asked for again and again, in milliseconds. */
export function pollMsOf({ target }: Context): number {
  return target.chat.pollsEveryMs ?? 0;
}

/** After this many milliseconds an end is not waited for any more. */
export const GIVE_UP_MS = 750;
