import type { GenerationLog } from "./generation-record.ts";
import type { ModelScheduler } from "./model-scheduler.ts";

/** The state of one running stand-in. */
export interface Engine {
  readonly scheduler: ModelScheduler;
  readonly log: GenerationLog;
  /** What holds where a request's options say nothing. */
  readonly defaults: { readonly tokenDelayMs: number; readonly replyTokens: number | undefined };
  /** What the next scripted reply opens with; "" once it has been said. */
  takeAnnouncement(): string;
}
