/** The header with the key of the copy that is meant, by which copies of a service call each other (contract, section 9). */
export const REPLICA_KEY_HEADER = "x-stack-writer";

/** The header with the person for whom one copy calls another; without it, whoever may act for all. */
export const REPLICA_USER_HEADER = "x-stack-user";

/** The header of each answer that says which copy gave it: a word of that process alone (contract, section 9). */
export const REPLICA_ID_HEADER = "x-stack-copy";

/** A name as it stands in that header, where only ASCII may. */
export function userInHeader(user: string): string {
  return encodeURIComponent(user);
}

/** The person whom that header names; undefined where it cannot be read. */
export function userOfHeader(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
