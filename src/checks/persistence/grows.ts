import type { Message } from "../../contract/hmi.ts";
import { CouldNotRun, defineCheck } from "../../harness/check.ts";
import { textOf } from "../../target/drivers/reply-facts.ts";
import type { SeenStream } from "../../target/http.ts";
import { lookUntil, patienceOf, readReply, readRows, say, tokens } from "../reading.ts";
import { type Context, makeProfile, makeSession } from "../stage.ts";

interface GrowingReply {
  /** From the third token until some text was on disk, in milliseconds; null where none came. */
  readonly savedMs: number | null;
  /** As they were seen last, in mid-reply. */
  readonly rows: readonly Message[];
  readonly stream: SeenStream;
}

/** A growing reply is written every 250 ms; a look takes its time too. */
const LIMIT_MS = 500;

export const grows = defineCheck<Context["target"], GrowingReply>({
  id: "persistence/grows",
  claim: "what has been streamed so far is on disk while the reply still grows",
  why: "A service that dies in mid-reply must not take the text with it; a second tab shows what there is.",
  lookAt: "the writing of the row while tokens come: at least every 250 ms, not only at the end",
  needs: [],
  isTimed: true,
  async collect(context) {
    const options = { num_predict: 400, stand_in_tokens: 8, stand_in_pause_after: 4, stand_in_pause_ms: 700 };
    const sessionId = await makeSession(
      context,
      await makeProfile(context, { name: "persistence", options }),
    );
    await say(context, sessionId, `Count to 200. ${context.canary("growing")}`);
    const reading = readReply(context, sessionId);
    await reading.until("its third token", tokens(3));
    const start = performance.now();
    const patience = Math.min(patienceOf(context.target), LIMIT_MS);
    const rows = await lookUntil(
      context,
      patience,
      () => readRows(context, sessionId),
      (seen) => seen.some((row) => row.role === "assistant" && row.content !== ""),
    );
    const savedMs = Math.round(performance.now() - start);
    const isThere = rows.some((row) => row.role === "assistant" && row.content !== "");
    reading.leave();
    return { savedMs: isThere ? savedMs : null, rows, stream: await reading.ended };
  },
  judge({ savedMs, rows, stream }) {
    const row = rows.findLast(({ role }) => role === "assistant");
    if (row !== undefined && row.status !== "streaming") {
      throw new CouldNotRun(`the reply was ${row.status} before it could be looked at in the middle`);
    }
    const streamed = textOf(stream);
    const seen = `${streamed.length} characters streamed, ${row?.content.length ?? 0} on disk ${savedMs ?? `more than ${LIMIT_MS}`} ms after the third token`;
    const isPart = row !== undefined && streamed.startsWith(row.content);
    if (savedMs !== null && savedMs <= LIMIT_MS && isPart) return { verdict: "holds", seen };
    const expected = `text of the reply on disk within ${LIMIT_MS} ms`;
    const found =
      row === undefined ? "no row" : `${row.content.length} characters${isPart ? "" : " that differ"}`;
    return { verdict: "broken", expected, found, seen, rows };
  },
});
