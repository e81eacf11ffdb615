import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { UserEvent } from "../../src/contract/hmi-schemas.ts";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { createSseDecoder } from "../../src/contract/sse-decoder.ts";
import { open } from "./http.ts";

/** What one page hears of its user's conversations. */
export interface EventReader {
  readonly events: readonly UserEvent[];
  readonly ids: readonly string[];
  /** How many heartbeats came. */
  readonly heartbeats: number;
  /** Resolves when the stream was closed or cut off. */
  readonly ended: Promise<void>;
  leave(): void;
}

/** Listens to `GET /api/events` until the test ends. */
export async function readUserEvents(
  hmi: string,
  headers: Record<string, string> = {},
): Promise<EventReader> {
  const response = await open(hmi, hmiRoutes.events.path(), { headers });
  if (response.statusCode !== 200) throw new Error(`${response.statusCode}: ${await text(response)}`);
  onTestFinished(() => {
    response.destroy();
  });
  const seen = { events: [] as UserEvent[], ids: [] as string[], heartbeats: 0 };
  const decoder = createSseDecoder({
    onMessage({ id, data }) {
      seen.ids.push(id);
      seen.events.push(UserEvent.parse(JSON.parse(data)));
    },
    onComment() {
      seen.heartbeats += 1;
    },
  });
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  response.on("data", (bytes: Buffer) => decoder.push(bytes));
  response.once("close", () => resolve());
  response.once("error", () => resolve());
  return {
    events: seen.events,
    ids: seen.ids,
    get heartbeats() {
      return seen.heartbeats;
    },
    ended,
    leave: () => void response.destroy(),
  };
}
