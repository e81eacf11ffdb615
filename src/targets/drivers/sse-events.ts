import { createLineDecoder } from "../../contract/ndjson.ts";
import { createSseDecoder } from "../../contract/sse-decoder.ts";

/** One event of a stream, with its name where it has one. */
export interface SseEvent {
  readonly name: string | undefined;
  /** Empty where it has a name alone. */
  readonly data: string;
}

/**
 * A decoder of event streams that also tells events with a name and no data, which the web platform's rules pass over: pages
 * that read streams by `fetch` hear them, and some back ends end their replies so (`event: end`). Of what is pushed at once they are told last.
 */
export function createSseEventsDecoder(onEvent: (event: SseEvent) => void): {
  push(bytes: Uint8Array): void;
} {
  let name: string | undefined;
  let hasData = false;
  const events = createSseDecoder({ onMessage: ({ event, data }) => onEvent({ name: event, data }) });
  const onBlank = (): void => {
    if (name !== undefined && name !== "" && !hasData) onEvent({ name, data: "" });
    name = undefined;
    hasData = false;
  };
  const lines = createLineDecoder(
    (line) => {
      if (line.startsWith("data")) hasData = true;
      if (line.startsWith("event:")) name = line.slice("event:".length).trim();
    },
    { onBlank },
  );
  return {
    push(bytes) {
      events.push(bytes);
      lines.push(bytes);
    },
  };
}
