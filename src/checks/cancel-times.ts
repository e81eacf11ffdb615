/** Within this many milliseconds of the call both ends are over (contract, section 2). */
export const LIMIT_MS = 250;

/** After this many milliseconds an end is not waited for any more. */
export const GIVE_UP_MS = 750;
