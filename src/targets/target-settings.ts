import type { StreamSettings } from "../config/config-schema.ts";
import { DEFAULTS } from "../contract/contract-defaults.ts";

/** How the target is configured: how long it waits for what, in milliseconds, and how much it takes at a time. */
export interface TargetSettings {
  /** Its setting `stream.heartbeat_ms`. */
  readonly heartbeatMs: number;
  /** Its setting `stream.orphan_grace_ms`. */
  readonly orphanGraceMs: number;
  /** Its setting `stream.max_reply_ms`. */
  readonly maxReplyMs: number;
  /** Its setting `engine.max_concurrent`; absent where that is not known. */
  readonly maxConcurrent?: number;
}

/** The settings of a stack whose streams are configured so; what is left out has its default. */
export function targetSettings({
  heartbeat_ms = DEFAULTS.heartbeatMs,
  orphan_grace_ms = DEFAULTS.orphanGraceMs,
  max_reply_ms = DEFAULTS.maxReplyMs,
}: Partial<StreamSettings> = {}): TargetSettings {
  return { heartbeatMs: heartbeat_ms, orphanGraceMs: orphan_grace_ms, maxReplyMs: max_reply_ms };
}
