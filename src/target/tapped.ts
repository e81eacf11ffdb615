import { TAP_PATH } from "../tap/exchange.ts";
import type { HttpClient } from "./http.ts";

/** Whether a tap stands in front of this service: then its URL is the tap's, not its own. */
export async function isTapped(client: HttpClient, signal: AbortSignal): Promise<boolean> {
  return (await client.call("GET", TAP_PATH, { signal })).status === 200;
}
