import type { ReplyFact } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { pollUntil } from "../../targets/poll-until.ts";
import { beginWaiting } from "../../targets/unstalled-time.ts";
import type { ExaminedStack } from "../doctor-context.ts";
import { silenceLimitMs } from "../judge-reply.ts";
import type { EngineRecord } from "./open-engine-record.ts";
import type { TestMessage } from "./wire-reply-rungs.ts";

/** A reply that is silent, of an engine that has nothing to do any more: its end is waited for this long, in milliseconds. */
const END_WITHIN_MS = 4_000;

/** So long a silence may be before anybody asks what the engine does, and from one question to the next, in milliseconds. */
const LOOK_AFTER_MS = 1_000;
const LOOK_AGAIN_MS = 200;

/** Hears a reply until it ends, or is silent for longer than any reply would be. */
export class ReplyListener implements Disposable {
  readonly #waiting = beginWaiting();
  #textAtMs: number | undefined;

  /** Takes what the reply tells, as it comes. */
  readonly take = ({ kind }: ReplyFact): void => {
    if (kind === "text") this.#textAtMs = this.#waiting.elapsedMs();
  };

  /**
   * The reply, and whether it was left because the engine had nothing to do any more.
   *
   * @param record what the engine is asked since before the message; undefined where nobody sees that
   */
  async hear(
    stack: ExaminedStack,
    { reading }: Pick<TestMessage, "reading">,
    record: Pick<EngineRecord, "generations"> | undefined,
  ): Promise<{ readonly stream: SeenStream; readonly isEngineDone: boolean }> {
    const over = new AbortController();
    let isEngineDone = false;
    const leaving = this.#untilSilent(stack, record, over.signal).then(
      (isDone) => {
        isEngineDone = isDone;
        reading.leave();
      },
      // It has ended, or is not waited for any more.
      () => undefined,
    );
    try {
      const stream = await reading.ended;
      return { stream, isEngineDone };
    } finally {
      over.abort();
      await leaving;
    }
  }

  [Symbol.dispose](): void {
    this.#waiting[Symbol.dispose]();
  }

  /** Resolves once it was silent for too long, with whether the engine had nothing to do any more. */
  async #untilSilent(
    stack: ExaminedStack,
    record: Pick<EngineRecord, "generations"> | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    let idleAtMs: number | undefined;
    const look = async (): Promise<boolean> => {
      const now = this.#waiting.elapsedMs();
      const silentMs = now - (this.#textAtMs ?? now);
      const asked = silentMs < LOOK_AFTER_MS ? [] : ((await record?.generations()) ?? []);
      // A title that is made before the end is told keeps the engine busy.
      const isIdle = asked.length > 0 && asked.every(({ ended }) => ended !== "running");
      idleAtMs = isIdle ? (idleAtMs ?? now) : undefined;
      return idleAtMs === undefined ? silentMs > silenceLimitMs(stack) : now - idleAtMs > END_WITHIN_MS;
    };
    await pollUntil({ signal, pauseMs: LOOK_AGAIN_MS }, Number.POSITIVE_INFINITY, look, Boolean);
    return idleAtMs !== undefined;
  }
}
