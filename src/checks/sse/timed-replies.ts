import type { EngineOptions } from "../../contract/gateway-schemas.ts";
import { watchEventLoop } from "../../harness/event-loop-stalls.ts";
import type { Disturbance } from "../measurement-disturbance.ts";
import type { Context } from "../profiles-and-sessions.ts";
import { type Door, doorsOf, type SeenReply, sendAndSeeReply } from "../seen-reply.ts";
import { type SilenceSettings, type SilentReply, seeSilence } from "./silent-replies.ts";

/** Replies of an engine that was told when to be silent, and at which pace to speak. */
export interface TimedReplies extends Disturbance, SilenceSettings {
  /** Silent before the first token, as while a model loads. */
  readonly loading: readonly SilentReply[];
  /** Silent in the middle. */
  readonly pausing: readonly SilentReply[];
  /** Never silent: one token after another, at {@link PACE_MS}. */
  readonly paced: readonly SeenReply[];
}

/** From one token to the next, in milliseconds. */
export const PACE_MS = 20;
export const PACED_TOKENS = 16;

const DOORS: readonly Door[] = ["general-stream", "gateway"];

/** Six replies at once, by both ways to a stream; of a wire that is none of the contract's, only its pace. */
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
  const byAll = <Reply>(
    kind: string,
    options: EngineOptions,
    see: (request: { door: Door; name: string; options: EngineOptions }) => Promise<Reply>,
  ): Promise<Reply[]> =>
    Promise.all(doorsOf(context, DOORS).map((door) => see({ door, name: `${kind} ${door}`, options })));
  const paces = byAll("paced", { stand_in_tokens: PACED_TOKENS, stand_in_token_ms: PACE_MS }, (request) =>
    sendAndSeeReply(context, request),
  );
  // What happens in a silence is for the contract to say.
  if (!context.target.capabilities.has("speak the contract")) {
    return { loading: [], pausing: [], paced: await paces, ...settings };
  }
  const silences = (kind: string, options: EngineOptions): Promise<SilentReply[]> =>
    byAll(kind, options, (request) => seeSilence(context, request, settings));
  const [loading, pausing, paced] = await Promise.all([
    silences("loading", { stand_in_tokens: 4, stand_in_token_ms: 0, stand_in_load_ms: silenceMs }),
    silences("pausing", {
      stand_in_tokens: 12,
      stand_in_token_ms: 0,
      stand_in_pause_after: 8,
      stand_in_pause_ms: silenceMs,
    }),
    paces,
  ]);
  return { loading, pausing, paced, ...settings };
}
