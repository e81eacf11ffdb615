import type { FinishReason, StreamEvent } from "../src/contract/event-schemas.ts";
import type { MessageStatus } from "../src/contract/hmi-schemas.ts";
import type { ChatState, Phase, ShownMessage } from "./chat-state.ts";
import { timed } from "./reply-timing.ts";

/** The reply that is still to be followed, if there is one. */
export function streamingReply(state: ChatState): ShownMessage | undefined {
  const last = state.messages.at(-1);
  return last?.role === "assistant" && last.status === "streaming" ? last : undefined;
}

/** The reply after one more event of its stream, which came at `at`. */
export function continueReply(state: ChatState, event: StreamEvent, at: number): ChatState {
  const reply = streamingReply(state);
  if (reply === undefined) return state;
  const change = (fields: Partial<ShownMessage>): readonly ShownMessage[] => [
    ...state.messages.slice(0, -1),
    { ...reply, ...timed(reply, event, at), ...fields },
  ];
  const { phase } = state;
  switch (event.type) {
    case "started":
      return event.model === null ? state : { ...state, messages: change({ model_name: event.model }) };
    case "status_update":
      return statusTold(state, event, change);
    case "thinking":
      return { ...state, messages: change({ thinking: (reply.thinking ?? "") + event.content }) };
    case "token":
      return {
        ...state,
        messages: change({ content: reply.content + event.content }),
        phase: phase === "stopping" ? phase : "writing",
      };
    case "notice": {
      const { type: _, ...notice } = event;
      return { ...state, messages: change({ notices: [...reply.notices, notice] }) };
    }
    case "usage":
      return { ...state, messages: change({ usage: event.usage, timings: event.timings ?? null }) };
    case "error": {
      const { type: _, retry_after_s: __, ...error } = event;
      return { ...state, messages: change({ error }) };
    }
    case "done":
      return { ...state, messages: change({ status: STATUS_OF[event.finish_reason] }), phase: "idle" };
  }
}

type StatusUpdate = Extract<StreamEvent, { type: "status_update" }>;

function statusTold(
  state: ChatState,
  { status, detail }: StatusUpdate,
  change: (fields: Partial<ShownMessage>) => readonly ShownMessage[],
): ChatState {
  // The model that is really asked, also where nobody named one.
  if (status === "executing" && detail !== undefined) {
    return { ...state, messages: change({ model_name: detail }) };
  }
  if (status === "queued" || status === "loading" || status === "thinking") {
    return { ...state, waiting: status };
  }
  return state;
}

const STATUS_OF: Readonly<Record<FinishReason, MessageStatus>> = {
  stop: "complete",
  length: "complete",
  cancelled: "cancelled",
  error: "error",
};

/** Where a reply stands that is being followed. */
export function runningPhase(state: ChatState): Phase {
  return streamingReply(state)?.content === "" ? "waiting" : "writing";
}
