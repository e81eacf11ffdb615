import { setTimeout as delay } from "node:timers/promises";
import type { GenerationRecord } from "../../contract/engine-schemas.ts";
import { engineRoutes } from "../../contract/routes.ts";
import { lastFact } from "../../targets/drivers/reply-facts.ts";
import { watchEngine } from "../../targets/engine-watch.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import type { RungFinding } from "../climb-ladder.ts";
import { callDeadline, type ExaminedStack } from "../examined-stack.ts";
import { broken } from "../explain-symptom.ts";

/** What the engine is asked from now on: by the record of a tap before it, or by its own. */
export interface EngineRecord {
  generations(): Promise<GenerationRecord[]>;
  /** Whether nothing was asked that could be for a reply, by whatever call. */
  isUnasked(): Promise<boolean>;
}

/** Opens the record; undefined where nobody keeps one that can be read. */
export async function openEngineRecord(stack: ExaminedStack): Promise<EngineRecord | undefined> {
  const watched = stack.engineTap ?? stack.services.engine?.client;
  if (watched === undefined) return undefined;
  const watch = await watchEngine(watched, callDeadline(stack), stack.target.token);
  const { generationsAfter } = watch;
  if (generationsAfter === undefined) return undefined;
  const tap = await watch.tapRecordAfter?.(0, callDeadline(stack));
  const before =
    tap === undefined
      ? (await generationsAfter(0, callDeadline(stack))).at(-1)?.id
      : tap.exchanges.at(-1)?.id;
  const generations = () => generationsAfter(before ?? 0, callDeadline(stack));
  return {
    generations,
    async isUnasked() {
      if (tap === undefined) return (await generations()).length === 0;
      const now = await watch.tapRecordAfter?.(before ?? 0, callDeadline(stack));
      // One that was started anew meanwhile has forgotten what it saw.
      return now?.began_at === tap.began_at && !now.exchanges.some(mayWrite);
    },
  };
}

/** Whether this may have been asked for a reply, perhaps by a call that no generation is read from. */
function mayWrite({ method, path }: { readonly method: string; readonly path: string }): boolean {
  return method === "POST" && path !== engineRoutes.show.path();
}

/** Why nobody knows what the engine does: in words that follow "cannot be seen". */
export function whyUnseen({ engineTap, services }: Pick<ExaminedStack, "engineTap" | "services">): string {
  return engineTap === undefined
    ? `without a tap before it (stack tap --to ${services.engine?.client.url ?? "URL"})`
    : `at the tap before it: ${engineTap.url} shows no record`;
}

/** Whether an engine without a record has stopped is not known: with slots to spare it takes the next chat all the same. */
function engineUnseen(stack: ExaminedStack): RungFinding {
  const text = `the cancel was taken; whether the engine stops cannot be seen ${whyUnseen(stack)}`;
  return { status: "skipped", text };
}

/** What a cancelled reply's own stream says, where nobody keeps a record. */
export function judgeUnrecorded(stack: ExaminedStack, stream: SeenStream): RungFinding {
  const reason = lastFact(stream, "done")?.reason;
  return reason === "stop" || reason === "length" ? WRITTEN_BEFORE : engineUnseen(stack);
}

/** Where there was nothing left to stop. */
const WRITTEN_BEFORE: RungFinding = {
  status: "skipped",
  text: "the reply was written before its cancel could reach it",
};

/** The contract gives a cancel 250 ms; the doctor looks for what hangs, not for what is slow. */
const STOP_TIMEOUT_MS = 2_000;
const LOOK_AGAIN_MS = 20;

/** What the engine finishes so soon after a cancel, that did not reach it any more, in milliseconds. */
const ON_ITS_WAY_MS = 250;

/** Whose message has this mark, and when its cancel was answered, as `Date.now()` tells it. */
interface Cancelled {
  readonly mark: string;
  readonly answeredAt: number;
}

/** How the generation of a cancelled reply ended. */
export async function judgeEngineStop(
  { generations }: EngineRecord,
  { mark, answeredAt }: Cancelled,
): Promise<RungFinding> {
  const until = performance.now() + STOP_TIMEOUT_MS;
  for (;;) {
    const ours = (await generations()).findLast((each) =>
      JSON.stringify([each.messages, each.prompt]).includes(mark),
    );
    if (ours?.ended === "aborted") return { status: "holds", text: "a cancel stops the engine" };
    if (ours === undefined)
      return { status: "skipped", text: "the cancelled reply never reached this engine" };
    if (ours.ended === "running" && performance.now() < until) {
      await delay(LOOK_AGAIN_MS);
      continue;
    }
    const endedAt = Date.parse(ours.ended_at ?? "");
    if (ours.ended === "done" && endedAt < answeredAt + ON_ITS_WAY_MS) return WRITTEN_BEFORE;
    const found =
      ours.ended === "running" ? `still, ${STOP_TIMEOUT_MS / 1000} s later` : `to its end (${ours.ended})`;
    return broken("engine_goes_on", { found });
  }
}
