import type { Message } from "../../contract/hmi.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { CouldNotRun, defineCheck } from "../../harness/check.ts";
import { textOf } from "../../target/drivers/reply-facts.ts";
import type { SeenCall, SeenStream } from "../../target/http.ts";
import { readReply, readSettledRows, say, tokens } from "../reading.ts";
import { type Context, makeSession } from "../stage.ts";
import { isWhole, lastWord } from "../stream-words.ts";
import { answerInWords } from "./both-ends.ts";
import { cancelOnce, profileWith } from "./scene.ts";

interface NextMessage {
  readonly cancel: SeenCall | null;
  /** What the message after the cancel answered. */
  readonly sent: SeenCall;
  /** Its reply; null where it was refused. */
  readonly stream: SeenStream | null;
  readonly rows: readonly Message[];
}

export const nextMessage = defineCheck<Context["target"], NextMessage>({
  id: "cancel/next-message",
  claim: "as soon as a cancel is answered the conversation takes the next message, and answers it whole",
  why: "The contract: a cancel that leaves the conversation busy makes the user wait for what was stopped.",
  lookAt: "when the cancel answers: after the reply is saved and the conversation is free, not before",
  needs: [],
  async collect(context) {
    // The silence is where the cancel comes in; it is all that the second reply takes.
    const options = { num_predict: 48, stand_in_tokens: 12, stand_in_pause_after: 3, stand_in_pause_ms: 150 };
    const sessionId = await makeSession(context, await profileWith(context, options));
    await say(context, sessionId, `Count to 200. ${context.canary("cancelled")}`);
    const first = readReply(context, sessionId);
    await first.until("its first token", tokens(1));
    const cancel = await cancelOnce(context, sessionId);
    const body = { session_id: sessionId, message: `Hello ${context.canary("next")}` };
    const { hmi } = context.target;
    const sent = await hmi.call("POST", hmiRoutes.sendMessage.path(), { body, signal: context.signal });
    const stream = sent.status === 200 ? await readReply(context, sessionId).ended : null;
    await first.ended;
    return { cancel, sent, stream, rows: await readSettledRows(context, sessionId) };
  },
  judge({ cancel, sent, stream, rows }) {
    if (cancel?.status !== 200) throw new CouldNotRun(`the cancel answered ${answerInWords(cancel)}`);
    const answered = sent.status === 200 ? "was taken" : `answered ${answerInWords(sent)}`;
    const word = stream === null ? "no reply" : lastWord(stream);
    const seen = `the message after the cancel ${answered}; its stream: ${word}`;
    const row = rows.findLast(({ role }) => role === "assistant");
    const text = stream === null ? "" : textOf(stream);
    if (isWhole(word) && text !== "" && row?.status === "complete" && row.content === text) {
      return { verdict: "holds", seen };
    }
    const found = stream === null ? answerInWords(sent) : `${word}, a row ${row?.status ?? "missing"}`;
    return {
      verdict: "broken",
      expected: "the next message taken at once, its reply whole",
      found,
      seen,
      rows,
    };
  },
});
