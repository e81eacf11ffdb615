import type { EngineOptions } from "../../contract/gateway-schemas.ts";
import { watchEventLoop } from "../../harness/event-loop-stalls.ts";
import type { Context } from "../contract-conversations.ts";
import type { Disturbance } from "../measurement-disturbance.ts";
import { type Door, doorsOf } from "../seen-reply.ts";
import { type SilenceSettings, type SilentReply, seeSilence } from "./silent-replies.ts";

/** Replies of an engine that was told when to be silent. */
export interface TimedReplies extends Disturbance, SilenceSettings {
  /** Silent before the first token, as while a model loads. */
  readonly loading: readonly SilentReply[];
  /** Silent in the middle. */
  readonly pausing: readonly SilentReply[];
}

const DOORS: readonly Door[] = ["general-stream", "gateway"];

/** Four replies at once, by both ways to a stream. */
export async function timedReplies(context: Context): Promise<TimedReplies> {
  return await context.share("timed replies", async () => {
    const { heartbeatMs } = context.target.settings;
    const { result, heldUpMs } = await watchEventLoop(() => collectReplies(context));
    return { ...result, heldUpMs, limitMs: heartbeatMs };
  });
}

/** All at once: each is mostly waiting. */
async function collectReplies(context: Context): Promise<Omit<TimedReplies, keyof Disturbance>> {
  const { heartbeatMs } = context.target.settings;
  // Two more heartbeats where they are short; not three times 15 s on a live stack.
  const silenceMs = heartbeatMs + Math.min(2 * heartbeatMs, 3_000);
  const settings = { silenceMs, heartbeatMs };
  const silences = (kind: string, options: EngineOptions): Promise<SilentReply[]> =>
    Promise.all(
      doorsOf(context, DOORS).map((door) =>
        seeSilence(context, { door, name: `${kind} ${door}`, options }, settings),
      ),
    );
  const [loading, pausing] = await Promise.all([
    silences("loading", { stand_in_tokens: 4, stand_in_token_ms: 0, stand_in_load_ms: silenceMs }),
    silences("pausing", {
      stand_in_tokens: 12,
      stand_in_token_ms: 0,
      stand_in_pause_after: 8,
      stand_in_pause_ms: silenceMs,
    }),
  ]);
  return { loading, pausing, ...settings };
}
