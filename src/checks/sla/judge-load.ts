import { CouldNotRun, type Verdict } from "../../harness/define-check.ts";
import type { Distribution, LoadReport, LoadStep } from "../../harness/load-report.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { SLOWER } from "./between-tokens.ts";
import { REST } from "./first-token.ts";
import { FEWEST } from "./percentile.ts";
import { TARGETS } from "./service-targets.ts";

/** How soon messages were accepted. */
export function judgeAccepted(load: LoadReport): Verdict {
  const step = judgedStep(load);
  if (step.accepted_ms === null && step.messages.done > 0) {
    throw new NotObservable(
      "one call carries the message and streams its reply: when it was accepted is not told",
    );
  }
  const times = enough(step.accepted_ms);
  const seen = `${times.count} messages: ${inWords(times)}, limit of P95 ${TARGETS.acceptedP95} ms`;
  if (times.p95 < TARGETS.acceptedP95) return { verdict: "holds", seen };
  requireDriverInTime(step);
  return {
    verdict: "broken",
    expected: `P95 under ${TARGETS.acceptedP95} ms`,
    found: `P95 ${rounded(times.p95)} ms`,
    seen,
  };
}

/** How soon replies began. */
export function judgeLoadFirstToken(load: LoadReport): Verdict {
  const { firstTokenP50, firstTokenP95 } = TARGETS;
  const step = judgedStep(load);
  const times = enough(step.first_token_ms);
  const seen = `${times.count} replies: ${inWords(times)}`;
  if (times.p50 < firstTokenP50 && times.p95 < firstTokenP95) {
    return { verdict: "holds", seen: `${seen}, limits ${firstTokenP50} and ${firstTokenP95} ms` };
  }
  requireDriverInTime(step);
  requireTimetable(load, step);
  const { engine_first_token_ms: engine, other_first_token_ms: other } = step;
  const isTold = engine !== null && other !== null && engine.count === step.messages.done;
  const share = isTold
    ? `the engine's own share ${inWords(engine)}; its queue and what stands between ${inWords(other)}`
    : "what of it is the engine's own is not told";
  if (isTold && other.p50 < REST.p50 && other.p95 < REST.p95) {
    throw new NotObservable(`the engine itself is slow: ${seen}; ${share}`);
  }
  return {
    verdict: "broken",
    expected: `P50 under ${firstTokenP50} ms, P95 under ${firstTokenP95} ms`,
    found: inWords(times),
    seen: `${seen}; ${share}`,
  };
}

/** How evenly tokens came. */
export function judgeBetweenTokens(load: LoadReport): Verdict {
  const step = judgedStep(load);
  const { gap_ms: gaps, messages, tokens } = step;
  const expected = `a median under ${TARGETS.gapP50} ms between tokens`;
  const seen = `${messages.done} replies, ${gaps?.count ?? 0} waits between tokens`;
  if (gaps === null) {
    if (tokens <= 2 * messages.done) throw new CouldNotRun("no reply had more than two tokens");
    return { verdict: "broken", expected, found: "all tokens of each reply at once", seen };
  }
  if (gaps.p50 < TARGETS.gapP50) {
    return { verdict: "holds", seen: `${seen}: ${inWords(gaps)}, limit of the median ${TARGETS.gapP50} ms` };
  }
  requireDriverInTime(step);
  const { engine_gap_ms: own } = step;
  if (own !== null && own.count === messages.done && own.p50 >= gaps.p50 / SLOWER) {
    throw new NotObservable(
      `the engine itself is slow: ${seen}, ${inWords(gaps)}; its own pace ${inWords(own)}`,
    );
  }
  return { verdict: "broken", expected, found: inWords(gaps), seen };
}

/** Whether every reply came to its end. */
export function judgeNoDrops(load: LoadReport): Verdict {
  const step = judgedStep(load);
  const { due, done, failed, cut, unfinished, unsent } = step.messages;
  const behind = unsent === 0 ? "" : `; ${unsent} more were due, and not sent before the run ended`;
  const seen = `${load.users} users, ${due - unsent} messages${behind}`;
  if (failed + cut > 0) {
    const codes = Object.entries(step.failures).map(([code, count]) => `${code} (${count})`);
    return {
      verdict: "broken",
      expected: `${due - unsent} replies written to their ends`,
      found: `${done}; failed ${[String(failed), ...codes].join(", ")}; dropped ${cut}`,
      seen,
    };
  }
  if (unfinished > 0) {
    throw new CouldNotRun(
      `${unfinished} replies had not ended when the run did, though they were given time`,
    );
  }
  if (done === 0) throw new CouldNotRun("no message was due");
  return { verdict: "holds", seen: `all answered to their ends: ${seen}` };
}

/** The last step. Throws {@link CouldNotRun} where it says nothing of the target with all of its users. */
function judgedStep({ steps, users, interrupted }: LoadReport): LoadStep {
  const step = steps.at(-1);
  if (interrupted || step?.users !== users) {
    throw new CouldNotRun(`interrupted before ${users} users were measured`);
  }
  if (Object.keys(step.failures).some((code) => code.startsWith("429"))) {
    throw new CouldNotRun("the stack limits the messages of a minute (429)");
  }
  return step;
}

/** Throws {@link CouldNotRun} where there are too few values for a P95. */
function enough(times: Distribution | null): Distribution {
  if (times !== null && times.count >= FEWEST) return times;
  throw new CouldNotRun(
    `timed ${times?.count ?? 0}, of ${FEWEST} that a P95 needs: a longer run (--minutes) has more`,
  );
}

/** Throws {@link CouldNotRun} where what came late may have been late because of those who drove the users. */
function requireDriverInTime({ driver }: LoadStep): void {
  if (!driver.is_held_up) return;
  throw new CouldNotRun(
    `the processes that drove the users were held up themselves (P95 ${driver.late_p95_ms} ms late, ${Math.round(driver.cpu * 100)} % of a core), so nothing can be timed`,
  );
}

/** Throws {@link CouldNotRun} where users cannot keep their timetable however soon the stack begins to answer. */
function requireTimetable({ pace }: LoadReport, { first_token_ms: first, reply_ms: reply }: LoadStep): void {
  if (pace.model !== "timetable" || first === null || reply === null) return;
  const written = reply.p50 - first.p50;
  if (written < pace.every_ms) return;
  throw new CouldNotRun(
    `a reply is written for ${Math.round(written)} ms, and a user's messages are due every ${pace.every_ms} ms: nobody can keep that, so it says nothing (--pacing, or fewer --reply-tokens)`,
  );
}

/** `P50 12.4 ms, P95 20.1 ms`. */
function inWords({ p50, p95 }: Distribution): string {
  return `P50 ${rounded(p50)} ms, P95 ${rounded(p95)} ms`;
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
