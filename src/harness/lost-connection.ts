import { messageOf, nodeErrorCode } from "../errors/thrown-error.ts";

/**
 * What became of a service in the middle of a check, as its connection shows it: that nothing listens there, or that it
 * closed the connection instead of answering. Undefined for an error that is none of a connection.
 */
export function lostConnectionWords(error: unknown): string | undefined {
  const code = nodeErrorCode(error);
  const cause = error instanceof Error ? error.cause : undefined;
  if (code === "ECONNREFUSED")
    return `nothing listens there now: its process is down, or is not up again yet (${messageOf(error)})`;
  if (code === "ECONNRESET" || code === "UND_ERR_SOCKET")
    return `the connection was closed before the answer was whole: its process may have ended (${messageOf(error)})`;
  return cause === undefined ? undefined : lostConnectionWords(cause);
}
