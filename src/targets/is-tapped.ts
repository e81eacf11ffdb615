import { TAP_PATH } from "../tap/recorded-exchange.ts";
import { isRecordLocked } from "./call-for-record.ts";
import type { HttpClient } from "./http-client.ts";

/** Whether a tap stands in front of this service: then its URL is the tap's, not its own. */
export async function isTapped(client: HttpClient, signal: AbortSignal): Promise<boolean> {
  const answer = await client.call("GET", `${TAP_PATH}?after=${Number.MAX_SAFE_INTEGER}`, { signal });
  // One that asks for a token that this client does not show is a tap too.
  return answer.status === 200 || isRecordLocked(answer);
}
