import type { EngineOptions } from "../contract/gateway-schemas.ts";
import { messageOf } from "../errors/thrown-error.ts";
import type { SeenStream } from "../targets/http-client.ts";
import { NOTHING_SEEN, readHopPass } from "./read-hop-pass.ts";
import type { HopPass } from "./trace-report.ts";

/** What all hops are asked alike. */
export type MessageForAll = Omit<HopQuestion, "model">;

/** What a hop is asked, and how long it may take. */
export interface HopQuestion {
  readonly message: string;
  /** By the name that the hop has for it. Null to name none. */
  readonly model: string | null;
  /** For the engine; none where the backend cannot hand any on. */
  readonly options: EngineOptions;
  readonly agentId: string;
  /** Whether the fields that only our own services know go with it. */
  readonly isOurWire: boolean;
  /** For one pass, in milliseconds. */
  readonly patienceMs: number;
}

/** A pass by one call that asks and streams. Throws only the signal's reason. */
export async function passByOneCall(
  request: string,
  ask: (signal: AbortSignal) => Promise<SeenStream>,
  { patienceMs }: Pick<HopQuestion, "patienceMs">,
  signal: AbortSignal,
): Promise<HopPass> {
  const sentAt = new Date().toISOString();
  try {
    const stream = await ask(AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]));
    signal.throwIfAborted();
    return readHopPass(stream, { offsetMs: 0, sentAt, acceptedMs: null });
  } catch (error) {
    signal.throwIfAborted();
    return { ...NOTHING_SEEN, request, sent_at: sentAt, problem: noAnswerWords(error, patienceMs) };
  }
}

/** Why there was no answer at all. */
export function noAnswerWords(error: unknown, patienceMs: number): string {
  const isTimeout = error instanceof Error && error.name === "TimeoutError";
  return isTimeout ? `not a byte in ${Math.round(patienceMs / 1000)} s` : messageOf(error);
}
