/** What the contract promises, section 6. */

/** Service targets, in milliseconds. */
export const TARGETS = { acceptedP95: 500, firstTokenP50: 1_000, firstTokenP95: 1_500, gapP50: 50 } as const;

/** Users at once. */
export const USERS = 10;
