import type { Bar, Timing } from "./call-timing.ts";
import type { Stream, TimedEvent } from "./evidence-schemas.ts";
import { cut } from "./html-markup.ts";
import { counted, milliseconds } from "./shown-units.ts";

export function isToken({ event }: TimedEvent): boolean {
  return event["type"] === "token";
}

/** Whether an event says that something went wrong. */
export function isTrouble({ event }: TimedEvent): boolean {
  return event["type"] === "error" || "malformed" in event;
}

/** What an event is called: `token`, `planning`, `usage`, `error engine_down`, `done (stop)`. */
export function timedEventName({ event }: TimedEvent): string {
  const { type, status, code, finish_reason } = event;
  if ("malformed" in event) return "malformed";
  if (type === "status_update") return cut(String(status), 24);
  if (type === "error") return cut(`error ${code}`, 32);
  if (type === "done") return cut(`done (${finish_reason})`, 24);
  return cut(String(type), 24);
}

/** How the stream ended: `closed at 214 ms`. */
export function endWords({ end, duration_ms }: Stream): string {
  return `${end.replace("-", " ")} at ${milliseconds(duration_ms)}`;
}

/** What the engine did: `engine: done after 210 ms, 24 tokens`. */
export function barWords({ from, to, generation: { ended, tokens_sent } }: Bar): string {
  const how = to === undefined ? ended : `${ended} after ${milliseconds(to - from)}`;
  return `engine: ${how}, ${counted(tokens_sent, "token")}`;
}

/** All that the drawing shows, a phrase each. */
export function wordsOf(stream: Stream, { gap, cancels, bars }: Timing): string[] {
  const tokens = stream.events.filter(isToken);
  const beats = stream.comments_ms.length;
  return [
    `ticks: ${counted(tokens.length, "token")}${fromTo(tokens)}`,
    ...(beats > 0 ? [`rings: ${counted(beats, "heartbeat")}`] : []),
    `band: the longest time without an event, ${milliseconds(gap.to - gap.from)}${
      gap.heartbeats > 0 ? `, with ${counted(gap.heartbeats, "heartbeat")} in it` : ""
    }`,
    ...cancels.map(({ at, call }) => `cancel at ${milliseconds(at)}: ${cut(call.request, 120)}`),
    endWords(stream),
    ...bars.map((bar) => {
      const { firstToken, from } = bar;
      const first = firstToken === undefined ? "" : `, the first after ${milliseconds(firstToken - from)}`;
      return `${barWords(bar)}${first}`;
    }),
  ];
}

function fromTo(tokens: readonly TimedEvent[]): string {
  const [first] = tokens;
  const last = tokens.at(-1);
  if (first === undefined || last === undefined) return "";
  return first === last
    ? `, at ${milliseconds(first.at_ms)}`
    : `, from ${milliseconds(first.at_ms)} to ${milliseconds(last.at_ms)}`;
}
