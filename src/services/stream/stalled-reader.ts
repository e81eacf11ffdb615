import { once } from "node:events";
import type { ServerResponse } from "node:http";

/**
 * Resolves when the client has taken what waits for it, or is gone. One that takes nothing for too long is cut
 * off: what waits for it, and the log that it reads, would stay in memory for as long as it likes.
 */
export async function cutOffIfStalled(
  response: ServerResponse,
  event: "drain" | "finish",
  patienceMs: number,
): Promise<void> {
  const settled = new AbortController();
  const { signal } = settled;
  const timer = setTimeout(() => response.destroy(), patienceMs);
  await Promise.race([once(response, event, { signal }), once(response, "close", { signal })])
    // The loser of the race is removed by the abort, and rejects.
    .finally(() => settled.abort());
  clearTimeout(timer);
}
