import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { pollUntil } from "../../targets/poll-until.ts";
import { describeStream, eventsIn, finishReasonOf, textIn } from "../arrived-events.ts";
import type { Context } from "../contract-conversations.ts";
import { generationsOf } from "../engine-generations.ts";
import { replyRow, type SeenReply, sendAndSeeReply } from "../seen-reply.ts";
import { streamedAndStored } from "../streamed-and-stored.ts";

interface Evidence {
  readonly reply: SeenReply;
  readonly maxReplyMs: number;
}

/** From one token to the next, in milliseconds. */
const TOKEN_MS = 20;

/** So much later it may be told, in milliseconds. */
const TOLERANCE_MS = 2_000;

/** How soon after that the engine has stopped, in milliseconds; one that is not stopped goes on for longer. */
const ENGINE_STOPS_MS = 400;

export const endless = defineCheck<Context["target"], Evidence>({
  id: "limits/endless",
  claim:
    "a reply that would never end is ended: told as reply_timeout, saved as far as it came, the engine stopped",
  why: "A model that repeats itself for ever holds the engine's only slot, and everybody else waits for ever too.",
  lookAt: "stream.max_reply_ms: counted from the request to the engine, whatever comes from it",
  needs: ["speak the contract", "direct the engine", "end a reply soon"],
  isTimed: true,
  async collect(context) {
    const { maxReplyMs } = context.target.settings;
    // Longer than the limit, and not so long that an engine that is not stopped is never free again.
    const options = {
      stand_in_tokens: Math.ceil((1.6 * maxReplyMs) / TOKEN_MS),
      stand_in_token_ms: TOKEN_MS,
    };
    const reply = await sendAndSeeReply(context, { door: "message", name: "endless", options });
    // The abort is on its way when the reply ends here.
    const generations = await pollUntil(
      context,
      ENGINE_STOPS_MS,
      () => generationsOf(context, reply.message),
      (seen) => seen?.every(({ ended }) => ended !== "running") ?? true,
    );
    return { reply: { ...reply, generations }, maxReplyMs };
  },
  judge({ reply, maxReplyMs }) {
    const { stream, generations } = reply;
    const event = eventsIn(stream).find(({ type }) => type === "error");
    const code = event?.type === "error" ? event.code : "no error";
    const row = replyRow(reply);
    const text = textIn(stream.events);
    if (text === "") throw new CouldNotRun(`${describeStream(stream)}: without any text`);
    const engine = [...new Set(generations?.map(({ ended }) => ended) ?? ["aborted"])].join(", ");
    const isEnded = code === "reply_timeout" && finishReasonOf(stream) === "error" && engine === "aborted";
    const isInTime = stream.duration_ms <= maxReplyMs + TOLERANCE_MS;
    const seen = `max_reply_ms ${maxReplyMs}; ${describeStream(stream)}; the engine ${engine}`;
    if (isEnded && isInTime && row?.status === "error" && row.content === text) {
      return { verdict: "holds", seen };
    }
    return {
      verdict: "broken",
      expected: `reply_timeout after ${maxReplyMs} ms, a row error with the ${text.length} characters that came, the engine aborted`,
      found: `${code} after ${stream.duration_ms} ms, a row ${row?.status} with ${row?.content.length ?? 0}, the engine ${engine}`,
      seen,
      rows: row === null ? [] : [row],
      ...streamedAndStored(text, row?.content),
    };
  },
});
