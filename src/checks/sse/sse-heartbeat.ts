import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { type Arrived, arrivedIn, describeStream, eventName } from "../arrived-events.ts";
import type { Context } from "../contract-conversations.ts";
import { requireUndisturbed } from "../measurement-disturbance.ts";
import { earliestHeartbeat, marginOf, type SilentReply } from "./silent-replies.ts";
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
    const broken = firstBroken(silent, (reply) => judgeOne(reply, evidence));
    if (broken !== undefined) requireUndisturbed(evidence);
    const counts = silent.map(({ stream }) => stream.comments_ms.length);
    const longest = Math.max(...silent.map((reply) => lengthOf(longestSilence(reply))));
    const seen = `comments in ${Math.round(longest)} ms of silence: ${counts.join(", ")}`;
    return broken ?? { verdict: "holds", seen };
  },
});

/** The longest time without text. */
interface Silence {
  readonly from_ms: number;
  readonly to_ms: number;
  /** What ended it. */
  readonly endedBy: "text" | "us";
  /** Events that came in it, without those that open every stream. */
  readonly events: readonly Arrived[];
}

function lengthOf(silence: Silence | undefined): number {
  return silence === undefined ? 0 : silence.to_ms - silence.from_ms;
}

function judgeOne(reply: SilentReply, evidence: TimedReplies): Broken | undefined {
  const { stream } = reply;
  const { silenceMs, heartbeatMs } = evidence;
  const silence = longestSilence(reply);
  if (
    silence === undefined ||
    lengthOf(silence) < 0.8 * (silence.endedBy === "us" ? heartbeatMs : silenceMs)
  ) {
    throw new CouldNotRun(`the engine was told to be silent for ${silenceMs} ms, and was not`);
  }
  const { from_ms, to_ms, endedBy } = silence;
  const earliest = from_ms + earliestHeartbeat(evidence);
  // What comes with the next text only was not sent in time: it must be earlier by a margin.
  const inTime = endedBy === "us" ? to_ms : to_ms - marginOf(evidence);
  // Where nobody waited for more than one heartbeat, what opens a stream is none.
  const first = endedBy === "us" ? earliest : from_ms;
  const comments = stream.comments_ms.filter((at) => at > first && at < inTime);
  const event = silence.events.find(({ at_ms }) => at_ms > earliest && at_ms < inTime);
  if (event === undefined && comments.length > 0) return undefined;
  return {
    verdict: "broken",
    expected: `a comment after every ${heartbeatMs} ms of silence, and no event`,
    found: event === undefined ? "no comment in time" : `${eventName(event.event)} in the silence`,
    seen: `${describeStream(stream)}; silent from ${from_ms} to ${to_ms} ms, comments at ${stream.comments_ms.join(", ") || "no time"}`,
  };
}

/** Between two tokens, before the first, or from one until the reply was stopped. */
function longestSilence({ stream, stopped_ms }: SilentReply): Silence | undefined {
  const arrived = arrivedIn(stream).filter(({ at_ms }) => stopped_ms === null || at_ms < stopped_ms);
  const texts = arrived.flatMap(({ at_ms, event }, index) =>
    event.type === "token" ? [{ at_ms, index, endedBy: "text" as const }] : [],
  );
  const stop =
    stopped_ms === null ? [] : [{ at_ms: stopped_ms, index: arrived.length, endedBy: "us" as const }];
  const marks = [...texts, ...stop];
  const silences = marks.map(({ at_ms, index, endedBy }, n): Silence => {
    const before = marks[n - 1];
    const between = arrived.slice((before?.index ?? -1) + 1, index);
    // Before the first token every stream has its opening: each of these events once.
    const isOpening = ({ event }: Arrived, place: number): boolean =>
      before === undefined &&
      between.findIndex((each) => eventName(each.event) === eventName(event)) === place;
    return {
      from_ms: before?.at_ms ?? 0,
      to_ms: at_ms,
      endedBy,
      events: between.filter((each, place) => !isOpening(each, place)),
    };
  });
  return silences.toSorted((a, b) => lengthOf(b) - lengthOf(a))[0];
}
