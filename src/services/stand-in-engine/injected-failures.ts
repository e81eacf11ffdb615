import type { ServerResponse } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import { pauseUnlessAborted } from "./abortable-waits.ts";
import { EngineError, toldToRefuse } from "./engine-errors.ts";

/**
 * What a request's `options` may tell the stand-in to do wrong, for checks that must see how a stack takes a
 * failing engine. Ollama ignores these names.
 */
export interface InjectedFailures {
  /** `stand_in_pause_after`, `stand_in_pause_ms`: after this many tokens it is silent for this long. */
  readonly pauseAfter: number;
  readonly pauseMs: number;
  /** `stand_in_fail_after`, `stand_in_fail`: after this many tokens it fails in this way. */
  readonly failAfter: number;
  readonly fail: ScriptedFailure | undefined;
  /** `stand_in_split_bytes`: it writes this many bytes at a time; 0 writes lines whole. */
  readonly splitBytes: number;
  /**
   * `stand_in_status`, `stand_in_retry_after`: it refuses with this status, and with `Retry-After` of this many seconds,
   * before the request waits for a model; undefined where it is to answer.
   */
  readonly refusal: EngineError | undefined;
}

/**
 * `error`: a line `{"error": ...}`; `cut`: the connection is closed in mid-answer; `end`: the stream ends as if it were
 * whole, without a final object; `stall`: nothing more comes, ever.
 */
export type ScriptedFailure = "error" | "cut" | "end" | "stall";

const FAILURES: readonly ScriptedFailure[] = ["error", "cut", "end", "stall"];

/** Reads the directions among a request's options. Throws EngineError 400 for a value that directs nothing. */
export function readInjectedFailures(given: Readonly<Record<string, unknown>>): InjectedFailures {
  const number = (name: string): number => (typeof given[name] === "number" ? Math.max(0, given[name]) : 0);
  return {
    pauseAfter: number("stand_in_pause_after"),
    pauseMs: number("stand_in_pause_ms"),
    failAfter: number("stand_in_fail_after"),
    fail: readFailure(given["stand_in_fail"]),
    splitBytes: Math.trunc(number("stand_in_split_bytes")),
    refusal: readRefusal(given),
  };
}

function readFailure(given: unknown): ScriptedFailure | undefined {
  if (given === undefined || given === null) return undefined;
  const fail = FAILURES.find((each) => each === given);
  if (fail !== undefined) return fail;
  throw new EngineError(400, `stand_in_fail must be one of ${FAILURES.join(", ")}, not "${given}"`);
}

function readRefusal(given: Readonly<Record<string, unknown>>): EngineError | undefined {
  const { stand_in_status: status, stand_in_retry_after: seconds } = given;
  if (typeof status !== "number") return undefined;
  if (status < 400 || status > 599) {
    throw new EngineError(400, `stand_in_status must be from 400 to 599, not ${status}`);
  }
  return toldToRefuse(Math.trunc(status), typeof seconds === "number" ? Math.trunc(seconds) : undefined);
}

/** Thrown where the stand-in has failed as it was told to: there is nothing left to answer. */
export class ScriptedFailureError extends Error {
  override readonly name = "Failed";
}

/**
 * Passes tokens on, and pauses or fails at the token where it was told to. Throws the signal's reason when aborted.
 *
 * @param streamType Content-Type of the answer, where it ends before anything was written
 */
export async function* withInjectedFailures<Token>(
  groups: AsyncIterable<readonly Token[]>,
  { pauseAfter, pauseMs, failAfter, fail }: InjectedFailures,
  { response, streamType, signal }: { response: ServerResponse; streamType: string; signal: AbortSignal },
): AsyncGenerator<readonly Token[]> {
  const failNow = (): Promise<void> => failAs(fail ?? "error", response, streamType, signal);
  const stops = [
    { at: pauseAfter, act: () => pauseUnlessAborted(pauseMs, signal), isSet: pauseMs > 0 },
    { at: failAfter, act: failNow, isSet: fail !== undefined },
  ]
    .filter(({ isSet }) => isSet)
    .sort((a, b) => a.at - b.at);
  let passed = 0;
  for await (const group of groups) {
    let rest = group;
    while (stops[0] !== undefined && stops[0].at <= passed + rest.length) {
      const head = rest.slice(0, stops[0].at - passed);
      rest = rest.slice(head.length);
      if (head.length > 0) yield head;
      passed += head.length;
      await stops.shift()?.act();
    }
    if (rest.length > 0) yield rest;
    passed += rest.length;
  }
}

async function failAs(
  fail: ScriptedFailure,
  response: ServerResponse,
  streamType: string,
  signal: AbortSignal,
): Promise<void> {
  switch (fail) {
    case "error":
      throw new EngineError(500, "the stand-in was told to fail");
    case "cut":
      // Not by destroy(), which would take back what is on its way.
      await nextTurn();
      response.socket?.end();
      throw new ScriptedFailureError("cut");
    case "end":
      if (!response.headersSent) response.writeHead(200, { "content-type": streamType });
      response.end();
      throw new ScriptedFailureError("end");
    case "stall":
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      signal.throwIfAborted();
  }
}
