import { setTimeout as pause } from "node:timers/promises";
import type { EngineOptions } from "../../contract/gateway-schemas.ts";
import { CancelAnswer } from "../../contract/gateway-schemas.ts";
import { gatewayRoutes, hmiRoutes } from "../../contract/routes.ts";
import type { Context } from "../contract-conversations.ts";
import type { StreamReading } from "../follow-stream.ts";
import { type Door, type Prepared, type SeenReply, sendAndSeeReply } from "../seen-reply.ts";

/** A reply in which the engine was told to be silent. */
export interface SilentReply extends SeenReply {
  /**
   * When it was ended, because all was seen that its silence can show: by the stream's clock, in milliseconds; null where
   * the engine was waited for until it spoke.
   */
  readonly stopped_ms: number | null;
}

/** Silences in milliseconds: of the engine, and after which a heartbeat is due. */
export interface SilenceSettings {
  readonly silenceMs: number;
  readonly heartbeatMs: number;
}

/** What arrives this shortly before a silence ends may belong to its end, in milliseconds. */
export function marginOf({ silenceMs, heartbeatMs }: SilenceSettings): number {
  return (silenceMs - heartbeatMs) / 10;
}

/** The earliest that a comment in a silence is its heartbeat, and an event no part of what stands before it, in milliseconds. */
export function earliestHeartbeat({ heartbeatMs }: Pick<SilenceSettings, "heartbeatMs">): number {
  return heartbeatMs / 2;
}

/**
 * Sends a message on which the engine is silent for a while, and reads the reply. A silence is longer than its heartbeats take,
 * so that late ones are seen as well; where all have come, nobody waits for the rest of it.
 */
export async function seeSilence(
  context: Context,
  { door, name, options }: { door: Door; name: string; options: EngineOptions },
  settings: SilenceSettings,
): Promise<SilentReply> {
  let watch: SilenceWatch | undefined;
  const reply = await sendAndSeeReply(context, { door, name, options }, (prepared) => {
    watch = watchSilence(settings, () => cancel(context, prepared));
    return watch;
  });
  return { ...reply, stopped_ms: (await watch?.stopped()) ?? null };
}

interface SilenceWatch extends Required<Pick<StreamReading, "onEvent" | "onComment">> {
  /** See {@link SilentReply.stopped_ms}. To be asked once the stream has ended. */
  stopped(): Promise<number | null>;
}

function watchSilence(settings: SilenceSettings, stop: () => Promise<boolean>): SilenceWatch {
  const all = heartbeatsIn(settings);
  let [start, last, comments, hasEnded] = [0, 0, 0, false];
  let stopped: Promise<number | null> = Promise.resolve(null);
  const now = (): number => Math.round((performance.now() - start) * 100) / 100;
  const stopAfterAll = async (): Promise<number | null> => {
    // An event beside the comment is seen as well.
    await pause(marginOf(settings));
    if (hasEnded) return null;
    const at_ms = now();
    return (await stop()) ? at_ms : null;
  };
  return {
    onEvent({ at_ms, event }) {
      start = performance.now() - at_ms;
      [last, comments] = [at_ms, 0];
      if ("type" in event && event.type === "done") hasEnded = true;
    },
    onComment() {
      if (start === 0 || now() - last < earliestHeartbeat(settings)) return;
      comments += 1;
      if (comments === all) stopped = stopAfterAll();
    },
    stopped() {
      hasEnded = true;
      return stopped;
    },
  };
}

/** How many heartbeats are waited for; none are enough where hardly anything of the silence is left after them. */
function heartbeatsIn({ silenceMs, heartbeatMs }: SilenceSettings): number {
  const all = Math.floor(silenceMs / heartbeatMs);
  const restMs = silenceMs - all * heartbeatMs;
  return restMs > heartbeatMs / 10 ? all : Number.POSITIVE_INFINITY;
}

/** Whether the cancel was answered as one. What fails leaves a silence that is waited for to its end. */
async function cancel(
  { target, signal }: Context,
  { door, sessionId: session_id }: Prepared,
): Promise<boolean> {
  const isGateway = door === "gateway";
  const client = isGateway ? target.gateway : target.hmi;
  const path = (isGateway ? gatewayRoutes : hmiRoutes).cancel.path({ session_id });
  try {
    const { status, body } = await client.call("POST", path, { body: {}, signal });
    return status === 200 && CancelAnswer.safeParse(body).data?.status === "cancelled";
  } catch {
    return false;
  }
}
