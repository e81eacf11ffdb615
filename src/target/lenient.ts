/**
 * What a target says, as the checks read it: fields that only the wire's second edition has may be missing, and are
 * then as where nobody tells. So a claim about text, saving or cancelling says nothing of a backend's edition; the
 * claims about those fields do.
 */
import { EngineModel, ModelList } from "../contract/common.ts";
import type { StreamEvent } from "../contract/events.ts";
import { Message, MessageList } from "../contract/hmi.ts";
import { type MalformedEvent, parseEventData } from "../contract/sse.ts";

/** What `GET .../messages` answers. */
export const SeenMessageList = MessageList.extend({
  messages: Message.extend({
    thinking: Message.shape.thinking.default(null),
    images: Message.shape.images.default([]),
    timings: Message.shape.timings.default(null),
    notices: Message.shape.notices.default([]),
  }).array(),
});

/** What `GET /models` and `GET /api/models` answer. */
export const SeenModelList = ModelList.extend({
  models: EngineModel.extend({
    window_in_force: EngineModel.shape.window_in_force.default(null),
    capabilities: EngineModel.shape.capabilities.default(null),
  }).array(),
});

/** Reads the data of one message of a stream; what is wrong comes back as a value. */
export function parseSeenEvent(data: string): StreamEvent | MalformedEvent {
  const event = parseEventData(data);
  if (!("malformed" in event)) return event;
  const untimed = usageWithoutTimings(data);
  if (untimed === undefined) return event;
  return parseEventData(JSON.stringify({ ...untimed, timings: null }));
}

function usageWithoutTimings(data: string): object | undefined {
  try {
    const json: unknown = JSON.parse(data);
    const isUsage = typeof json === "object" && json !== null && "type" in json && json.type === "usage";
    return isUsage && !("timings" in json) ? json : undefined;
  } catch {
    return undefined;
  }
}
