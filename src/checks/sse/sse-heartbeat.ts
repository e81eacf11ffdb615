import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { type Arrived, arrivedIn, describeStream, eventName } from "../arrived-events.ts";
import { requireUndisturbed } from "../measurement-disturbance.ts";
import type { Context } from "../profiles-and-sessions.ts";
import type { SeenReply } from "../seen-reply.ts";
import { type TimedReplies, timedReplies } from "./timed-replies.ts";

export const heartbeat = defineCheck<Context["target"], TimedReplies>({
  id: "sse/heartbeat",
  claim: "while the engine is silent, comments come in time, and nothing but comments",
  why: "Proxies close what is silent (docs/faults.md, rows S12 and 46); and an event as heartbeat hides that nothing is written any more (opencode #43519).",
  lookAt: "the timer of the heartbeat: it must run from the first byte on, by itself, and write comments",
  needs: ["speak the contract", "direct the engine"],
  isTimed: true,
  isMostlyWaiting: true,
  collect: timedReplies,
  judge(evidence) {
    const silent = [...evidence.loading, ...evidence.pausing];
    const counts = silent.map(({ stream }) => stream.comments_ms.length);
    const seen = `comments in ${evidence.silenceMs} ms of silence: ${counts.join(", ")}`;
    const broken = firstBroken(silent, (reply) => judgeOne(reply, evidence));
    if (broken !== undefined) requireUndisturbed(evidence);
    return broken ?? { verdict: "holds", seen };
  },
});

/** The longest time without text. */
interface Silence {
  readonly from_ms: number;
  readonly to_ms: number;
  /** Events that came in it, without those that open every stream. */
  readonly events: readonly Arrived[];
}

function judgeOne({ stream }: SeenReply, { silenceMs, heartbeatMs }: TimedReplies): Broken | undefined {
  const silence = longestSilence(arrivedIn(stream));
  if (silence === undefined || silence.to_ms - silence.from_ms < 0.8 * silenceMs) {
    throw new CouldNotRun(`the engine was told to be silent for ${silenceMs} ms, and was not`);
  }
  const { from_ms, to_ms } = silence;
  // What comes with the next text only was not sent in time: it must be earlier by a margin.
  const inTime = to_ms - (silenceMs - heartbeatMs) / 10;
  const comments = stream.comments_ms.filter((at) => at > from_ms && at < inTime);
  const event = silence.events.find(({ at_ms }) => at_ms > from_ms + heartbeatMs / 2 && at_ms < inTime);
  if (event === undefined && comments.length > 0) return undefined;
  return {
    verdict: "broken",
    expected: `a comment after every ${heartbeatMs} ms of silence, and no event`,
    found: event === undefined ? "no comment in time" : `${eventName(event.event)} in the silence`,
    seen: `${describeStream(stream)}; silent from ${from_ms} to ${to_ms} ms, comments at ${stream.comments_ms.join(", ") || "no time"}`,
  };
}

function longestSilence(arrived: readonly Arrived[]): Silence | undefined {
  const marks = arrived.flatMap(({ at_ms, event }, index) =>
    event.type === "token" ? [{ at_ms, index }] : [],
  );
  const silences = marks.map(({ at_ms, index }, n): Silence => {
    const before = marks[n - 1];
    const between = arrived.slice((before?.index ?? -1) + 1, index);
    // Before the first token every stream has its opening: each of these events once.
    const isOpening = ({ event }: Arrived, place: number): boolean =>
      before === undefined &&
      between.findIndex((each) => eventName(each.event) === eventName(event)) === place;
    return {
      from_ms: before?.at_ms ?? 0,
      to_ms: at_ms,
      events: between.filter((each, place) => !isOpening(each, place)),
    };
  });
  return silences.toSorted((a, b) => b.to_ms - b.from_ms - (a.to_ms - a.from_ms))[0];
}
