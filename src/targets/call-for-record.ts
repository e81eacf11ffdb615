import { RECORD_REALM } from "../contract/caller-headers.ts";
import type { HttpClient, SeenCall } from "./http-client.ts";

/**
 * Asks a tap or the stand-in for what it has recorded. The token is shown only where the answer says that one of
 * ours asks for it: no engine is told it.
 */
export async function callForRecord(
  client: HttpClient,
  path: string,
  token: string,
  signal: AbortSignal,
): Promise<SeenCall> {
  const answer = await client.call("GET", path, { signal });
  if (!isRecordLocked(answer) || token === "") return answer;
  return await client.call("GET", path, { signal, token });
}

/** Whether this is how a tap or the stand-in asks for the token. */
export function isRecordLocked({ status, headers }: Pick<SeenCall, "status" | "headers">): boolean {
  return status === 401 && headers["www-authenticate"] === `Bearer realm="${RECORD_REALM}"`;
}
