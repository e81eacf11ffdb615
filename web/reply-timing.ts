import type { StreamEvent } from "../src/contract/event-schemas.ts";
import type { ShownMessage } from "./chat-state.ts";

/** What the page has measured of a reply by its own clock; nothing of it is in a row. */
export interface ReplyTiming {
  /** When the first thought came, in milliseconds since 1970. */
  readonly thinkingSince?: number;
  /** How long the model thought before it said something. */
  readonly thoughtMs?: number;
}

/** The timing after an event that came at `now`. */
export function timed(
  { thinkingSince, thoughtMs }: ReplyTiming,
  { type }: StreamEvent,
  now: number,
): ReplyTiming {
  if (type === "thinking" && thinkingSince === undefined) return { thinkingSince: now };
  const isEnd = type === "token" || type === "done";
  if (isEnd && thinkingSince !== undefined && thoughtMs === undefined) {
    return { thinkingSince, thoughtMs: now - thinkingSince };
  }
  return {};
}

/** How long a model thought, in milliseconds: as the page has seen it, else by the engine's counts; null where neither tells. */
export function thoughtMs(message: ShownMessage): number | null {
  if (message.thoughtMs !== undefined) return message.thoughtMs;
  const tokens = message.usage?.thinking_tokens;
  const perSecond = message.timings?.tokens_per_second;
  return tokens && perSecond ? (tokens / perSecond) * 1000 : null;
}

/** How fast a reply was, by the engine's own figures: "45 tokens/s · first after 0.8 s"; empty where it tells none. */
export function speedText({ timings }: ShownMessage): string {
  if (timings === null) return "";
  const { tokens_per_second: speed, queue_ms, load_ms, prompt_ms } = timings;
  const parts = [
    speed !== null && `${speed < 10 ? speed.toFixed(1) : Math.round(speed).toLocaleString("en")} tokens/s`,
    prompt_ms !== null && `first after ${seconds((queue_ms ?? 0) + (load_ms ?? 0) + prompt_ms)}`,
  ];
  return parts.filter(Boolean).join(" · ");
}

/** The parts of the time to the first token, one a line: "waited 0.1 s". */
export function speedDetails({ timings }: ShownMessage): string {
  const parts = [
    ["waited for other replies", timings?.queue_ms],
    ["loaded the model", timings?.load_ms],
    ["read the prompt", timings?.prompt_ms],
    ["wrote the reply", timings?.reply_ms],
  ] as const;
  return parts
    .filter(([, ms]) => ms != null)
    .map(([what, ms]) => `${seconds(ms ?? 0)} ${what}`)
    .join("\n");
}

function seconds(ms: number): string {
  return ms < 100 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
