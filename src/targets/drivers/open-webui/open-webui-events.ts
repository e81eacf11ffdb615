import type { StreamDescription } from "../../../contract/wire-description.ts";
import { factsIn } from "../facts-in-event.ts";
import { idAt, textAt } from "../json-place.ts";
import type { ReplyFact } from "../reply-facts.ts";

const TEXT = "response.output_text.delta";
const THOUGHTS = ["response.reasoning_text.delta", "response.reasoning_summary_text.delta"];
const ENDED = { "data.data.done": true };

/** What Open WebUI's page hears of a reply, in `events` of its Socket.IO connection. */
const OPEN_WEBUI_EVENTS: StreamDescription = {
  framing: "sse",
  type: "data.type",
  model: { of: "chat:completion", at: "data.data.model" },
  thought: THOUGHTS.map((type) => ({
    of: "response:completion",
    where: { "data.data.type": type },
    at: "data.data.delta",
  })),
  text: { of: "response:completion", where: { "data.data.type": TEXT }, at: "data.data.delta" },
  usage: {
    of: "chat:completion",
    where: ENDED,
    prompt: "data.data.usage.prompt_tokens",
    completion: "data.data.usage.completion_tokens",
  },
  // Of an Ollama behind it.
  timings: {
    of: "chat:completion",
    where: ENDED,
    unit: "ns",
    total: "data.data.usage.total_duration",
    load: "data.data.usage.load_duration",
    prompt: "data.data.usage.prompt_eval_duration",
    reply: "data.data.usage.eval_duration",
  },
  failure: [
    { of: "chat:message:error", message: "data.data.error.content" },
    { of: "chat:completion", message: "data.data.error" },
  ],
};

/** Reads the facts in a reply's events, one after the other. */
export function openWebuiEventReader(): (event: unknown) => readonly ReplyFact[] {
  let reason: string | null = null;
  return (event) => {
    const facts = [...factsIn(event, undefined, OPEN_WEBUI_EVENTS), ...titleIn(event)];
    // Why it ended is told before it is told that it has ended.
    reason = textAt(event, "data.data.choices.0.finish_reason") ?? reason;
    const end = endIn(event, reason);
    return end === undefined ? facts : [...facts, { kind: "done", reason: end.reason }];
  };
}

function titleIn(event: unknown): readonly ReplyFact[] {
  const title = textAt(event, "data.type") === "chat:title" ? textAt(event, "data.data") : null;
  return title === null ? [] : [{ kind: "title", title }];
}

function endIn(event: unknown, reason: string | null): { readonly reason: string | null } | undefined {
  const type = textAt(event, "data.type");
  if (type === "chat:tasks:cancel") return { reason: "cancelled" };
  if (type === "chat:message:error") return { reason: "error" };
  const isDone = type === "chat:completion" && factsIn(event, undefined, ENDING).length > 0;
  return isDone ? { reason } : undefined;
}

const ENDING: StreamDescription = { framing: "sse", done: { where: ENDED } };

/** Of which reply an event is; null where it is of none. */
export function replyOfEvent(event: unknown): string | null {
  return idAt(event, "message_id");
}
