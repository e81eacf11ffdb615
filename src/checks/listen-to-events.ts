import { UserEvent } from "../contract/hmi-schemas.ts";
import { hmiRoutes } from "../contract/routes.ts";
import type { HttpClient, SeenStream } from "../targets/http-client.ts";

/** What a page of a user hears of their conversations, while it listens. */
export interface Listening {
  /** In the order in which it came; what is none of the contract's is left out. */
  readonly events: readonly UserEvent[];
  /** Settled when the first event has come, or the stream has ended. */
  readonly begun: Promise<unknown>;
  /** The stream as it was until then. */
  leave(): Promise<SeenStream>;
}

/** Listens to `GET /api/events`, as a page does that is open. */
export function listenToEvents(hmi: HttpClient, signal: AbortSignal): Listening {
  const left = new AbortController();
  const events: UserEvent[] = [];
  const first = Promise.withResolvers<void>();
  const ended = hmi.stream("GET", hmiRoutes.events.path(), {
    signal: AbortSignal.any([signal, left.signal]),
    onData(data) {
      const event = readUserEvent(data);
      if (event !== undefined) events.push(event);
      first.resolve();
    },
  });
  // Whoever leaves is told.
  ended.catch(() => undefined);
  return {
    events,
    begun: Promise.race([first.promise, ended]),
    leave() {
      left.abort();
      return ended;
    },
  };
}

function readUserEvent(data: string): UserEvent | undefined {
  try {
    return UserEvent.safeParse(JSON.parse(data)).data;
  } catch {
    return undefined;
  }
}
