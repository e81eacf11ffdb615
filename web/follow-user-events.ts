import type { UserEvent } from "../src/contract/hmi-schemas.ts";
import { hmiRoutes } from "../src/contract/routes.ts";
import { EVENT_STREAM_WANTED } from "../src/contract/sse-decoder.ts";
import type { HmiConnection } from "./hmi-connection.ts";
import { readMessages, sleep, watchSilence } from "./read-sse-messages.ts";
import { retryDelayMs } from "./reconnect-delay.ts";

export interface UserEventStream {
  readonly connection: HmiConnection;
  /** Ends the listening. */
  readonly signal: AbortSignal;
  onEvent(event: UserEvent): void;
}

/** Hears what happens in the user's conversations, over as many connections as it takes, until the signal aborts. */
export async function followUserEvents(stream: UserEventStream): Promise<void> {
  let lastId = "";
  for (let failures = 0; !stream.signal.aborted; failures += 1) {
    const onMessage = (id: string, event: UserEvent): void => {
      lastId = id;
      failures = 0;
      stream.onEvent(event);
    };
    // Whatever is wrong with the way there, it is tried again: nobody waits for it.
    await listen(stream, lastId, onMessage).catch(() => undefined);
    await sleep(retryDelayMs(failures), stream.signal);
  }
}

/** One connection, to its end. */
async function listen(
  { connection, signal }: UserEventStream,
  lastId: string,
  onMessage: (id: string, event: UserEvent) => void,
): Promise<void> {
  const silence = watchSilence();
  try {
    const response = await connection.request(hmiRoutes.events.path(), {
      headers: { ...EVENT_STREAM_WANTED, ...(lastId && { "last-event-id": lastId }) },
      signal: AbortSignal.any([signal, silence.signal]),
    });
    for await (const messages of readMessages(response, silence.heard)) {
      // The HMI that answers is the one that served this page, so its events have the contract's types.
      for (const { id, data } of messages) onMessage(id, JSON.parse(data) as UserEvent);
    }
  } finally {
    silence.stop();
  }
}
