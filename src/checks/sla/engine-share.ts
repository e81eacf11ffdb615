import type { Sent } from "../../targets/drivers/chat-client.ts";
import { lastFact } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";

/** What of a reply's time was the engine's own, in milliseconds. */
export interface EngineShare {
  /** Until its first token: it loaded the model, and read the prompt. */
  readonly first_token_ms: number;
  /** From one token to the next, in the mean; null where that is not told. */
  readonly gap_ms: number | null;
}

/** Whether the call that carried the message is the reply's stream. */
export function isOneCallOf({ call }: Sent, stream: SeenStream): boolean {
  return call.request === stream.request && call.sent_at === stream.sent_at;
}

/** By the engine's own figures, as the stream tells them. */
export function engineShare(stream: SeenStream): EngineShare | null {
  const timings = lastFact(stream, "timings")?.timings;
  if (timings?.prompt_ms == null) return null;
  const written = lastFact(stream, "usage")?.completion ?? 0;
  const gap_ms = timings.reply_ms === null || written === 0 ? null : timings.reply_ms / written;
  return { first_token_ms: (timings.load_ms ?? 0) + timings.prompt_ms, gap_ms };
}
