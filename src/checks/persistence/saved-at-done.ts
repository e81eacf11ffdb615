import type { Message } from "../../contract/hmi.ts";
import { CouldNotRun, defineCheck } from "../../harness/check.ts";
import { textOf } from "../../target/drivers/reply-facts.ts";
import type { SeenStream } from "../../target/http.ts";
import { readReply, readRows, say } from "../reading.ts";
import { type Context, makeProfile, makeSession } from "../stage.ts";
import { isWhole, lastWord } from "../stream-words.ts";

interface SavedAtDone {
  readonly stream: SeenStream;
  /** Read as soon as `done` had come, or when it came no more. */
  readonly rows: readonly Message[];
}

export const savedAtDone = defineCheck<Context["target"], SavedAtDone>({
  id: "persistence/saved-at-done",
  claim: "done is sent when the reply is stored whole, neither before nor never, also of a long one",
  why: "A client that reloads at done, as many do, else shows an old or empty reply.",
  lookAt: "the order of commit and done, and writes that are handed to a background task",
  needs: [],
  async collect(context) {
    const options = { num_predict: 2_000, stand_in_tokens: 1_500, stand_in_token_ms: 0 };
    const sessionId = await makeSession(
      context,
      await makeProfile(context, { name: "persistence", options }),
    );
    await say(context, sessionId, `Count to 600. ${context.canary("long")}`);
    const reading = readReply(context, sessionId);
    await Promise.race([reading.until("done", ({ type }) => type === "done"), reading.ended]);
    const rows = await readRows(context, sessionId);
    return { stream: await reading.ended, rows };
  },
  judge({ stream, rows }) {
    const text = textOf(stream);
    const row = rows.findLast(({ role }) => role === "assistant");
    const seen = `${text.length} characters streamed, ended with ${lastWord(stream)}`;
    if (lastWord(stream) === "done (error)") throw new CouldNotRun(`the reply failed: ${seen}`);
    const isSaved = row?.status === "complete" && row.content === text;
    if (isSaved && isWhole(lastWord(stream))) return { verdict: "holds", seen };
    const found =
      row === undefined
        ? "no row of a reply"
        : `${lastWord(stream)}, and a row ${row.status} with ${row.content.length} characters`;
    const expected = `done, and by then a row complete with ${text.length} characters`;
    return { verdict: "broken", expected, found, seen, rows };
  },
});
