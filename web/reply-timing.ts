import type { StreamEvent } from "../src/contract/event-schemas.ts";
import type { ShownMessage } from "./chat-state.ts";

/** What the page measures of a reply by its own clock; nothing of it is in a row. */
export interface ReplyTiming {
  /** When the model began to think, in milliseconds since 1970; undefined where it does not think, or no more. */
  readonly thinkingSince?: number | undefined;
}

/** What changes of a reply's timing with an event that came at `now`. */
export function timed(
  { thinkingSince, thinking_ms, content }: ShownMessage,
  { type }: StreamEvent,
  now: number,
): Partial<ShownMessage> {
  if (type === "thinking" && thinkingSince === undefined && content === "") {
    return { thinkingSince: now - (thinking_ms ?? 0) };
  }
  const isEnd = type === "token" || type === "done";
  return isEnd && thinkingSince !== undefined
    ? { thinkingSince: undefined, thinking_ms: now - thinkingSince }
    : {};
}

/** How long a model thought before it answered. */
export interface ThinkingTime {
  readonly ms: number;
  /** Told by the share that the thoughts have in what it wrote. */
  readonly isEstimated: boolean;
}

/** How long a model thought: as it was measured, else by what the engine tells; null where neither is known. */
export function thinkingTime(message: ShownMessage): ThinkingTime | null {
  if (message.thinking_ms !== null) return { ms: message.thinking_ms, isEstimated: false };
  const { thinking, content, usage, timings } = message;
  const speed = timings?.tokens_per_second;
  if (usage?.thinking_tokens && speed) {
    return { ms: (usage.thinking_tokens / speed) * 1000, isEstimated: false };
  }
  // Ollama counts its thoughts together with the rest.
  if (!thinking || timings?.reply_ms == null) return null;
  const share = thinking.length / (thinking.length + content.length);
  return { ms: timings.reply_ms * share, isEstimated: true };
}

/** How fast a reply was, by the engine's own figures: "45 tokens/s · first after 0.8 s"; empty where it tells none. */
export function speedText({ timings, content, thinking }: ShownMessage): string {
  if (timings === null || (content === "" && !thinking)) return "";
  const { tokens_per_second: speed, queue_ms, load_ms, prompt_ms } = timings;
  const parts = [
    speed !== null && `${speed < 10 ? speed.toFixed(1) : Math.round(speed).toLocaleString("en")} tokens/s`,
    prompt_ms !== null && firstText((queue_ms ?? 0) + (load_ms ?? 0) + prompt_ms),
  ];
  return parts.filter(Boolean).join(" · ");
}

function firstText(ms: number): string {
  return ms < 0.5 ? "first at once" : `first after ${seconds(ms)}`;
}

/** The parts of the time to the first token, one a line: "0.6 s loading the model". */
export function speedDetails({ timings }: ShownMessage): string {
  const parts = [
    ["waiting for the engine", timings?.queue_ms],
    ["loading the model", timings?.load_ms],
    ["reading the prompt", timings?.prompt_ms],
    ["writing the reply", timings?.reply_ms],
  ] as const;
  return (
    parts
      // What took no time says nothing.
      .flatMap(([what, ms]) => (ms == null || ms < 0.5 ? [] : [`${seconds(ms)} ${what}`]))
      .join("\n")
  );
}

function seconds(ms: number): string {
  return ms < 100 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
