import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { afterWaiting } from "../../targets/unstalled-time.ts";
import { GIVE_UP_MS, pollMsOf } from "../cancel-times.ts";
import type { Context } from "../contract-conversations.ts";
import { foundOn } from "../found-in-run.ts";
import { hearAgain, texts } from "../hear-reply.ts";
import { requireMiddle } from "../held-back-replies.ts";
import { endedInWords, lastWord } from "../stream-endings.ts";
import { noEndWords } from "../unended-replies.ts";
import { answerInWords, cancelStatusOf } from "./judge-both-ends.ts";
import { beginReply, requireCancellable, type SeenCancel } from "./running-reply.ts";

interface TwoReaders {
  /** As of {@link CancelledReply}. */
  readonly isForeign: boolean;
  readonly answer: SeenCancel;
  /** As of {@link CancelledReply}. */
  readonly noEnds?: string;
  readonly streams: readonly SeenStream[];
}

export const everyReader = defineCheck<Context["target"], TwoReaders>({
  id: "cancel/every-reader",
  claim: "whoever cancels, every reader of the reply sees that it was cancelled",
  why: "The same conversation is open in two tabs, and the button is in one of them.",
  lookAt: "how the ending reaches subscribers: all of the generation's, not the connection that asked",
  needs: ["cancel", "cancel by a call", "read a reply again"],
  async collect(context) {
    const options = { num_predict: 400, stand_in_tokens: 100, stand_in_token_ms: 20 };
    requireMiddle(context, options);
    const own = await beginReply(context, options, `Count to 200. ${context.canary("readers")}`);
    const readers = [own, hearAgain(context, own.talk, await own.taken)];
    await Promise.all(readers.map((reader) => reader.until("its first token", texts(1))));
    const isForeign = !context.target.capabilities.has("speak the contract");
    const answer = await own.cancel();
    const leave = (): void => readers.forEach((reader) => void reader.leave());
    // A cancel that was refused ends nothing that could be waited for.
    const isCancelled = cancelStatusOf(answer, { isForeign }) !== undefined;
    const callOff = afterWaiting(isCancelled ? GIVE_UP_MS + pollMsOf(context) : 0, leave);
    const streams = await Promise.all(readers.map(({ ended }) => ended));
    callOff();
    await requireCancellable(context, own);
    const { unended } = foundOn(context.target);
    const noEnds = unended && noEndWords(unended);
    return {
      isForeign,
      answer,
      ...(noEnds && { noEnds }),
      streams: streams.filter((stream) => stream !== null),
    };
  },
  judge({ isForeign, answer, noEnds, streams }) {
    if (answer === "closed")
      throw new NotObservable("here a reply is ended by closing its own stream, not those of others");
    if (cancelStatusOf(answer) === "idle")
      throw new CouldNotRun("the reply had ended before it could be cancelled");
    const ends = streams.map(lastWord);
    const seen = `the cancel answered ${answerInWords(answer)}; of two streams of the reply one ${streams.map(endedInWords).join(", the other ")}`;
    const isEnd = (end: string): boolean => (isForeign ? end !== "given-up" : end === "done (cancelled)");
    if (ends.every(isEnd)) return { verdict: "holds", seen };
    if (noEnds !== undefined) throw new NotObservable(noEnds);
    const expected = isForeign ? "both end" : "both end with done (cancelled)";
    return {
      verdict: "broken",
      expected,
      found: `one ${streams.map(endedInWords).join(", the other ")}`,
      seen,
    };
  },
});
