/**
 * The address of what is open, so that a reload shows it again. It stands behind `#`, in the form that
 * the pages of the contract have (`/new`, `/c/80`).
 */
export type Address =
  | { readonly page: "conversation"; readonly sessionId: string }
  | { readonly page: "new" }
  /** Nothing said: whatever conversation is active. */
  | { readonly page: "active" };

/** Reads `location.hash`. */
export function parseAddress(hash: string): Address {
  const sessionId = /^#\/c\/([^/]+)$/.exec(hash)?.[1];
  if (sessionId !== undefined) return { page: "conversation", sessionId: decode(sessionId) };
  return hash === "#/new" ? { page: "new" } : { page: "active" };
}

/** The hash of a conversation; of a new one, where it is null. */
export function addressOf(sessionId: string | null): string {
  return sessionId === null ? "#/new" : `#/c/${encodeURIComponent(sessionId)}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
