import { SentMessage } from "../../contract/hmi-schemas.ts";
import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { textOf } from "../../targets/drivers/reply-facts.ts";
import type { Context } from "../contract-conversations.ts";
import { isWholeEnding, lastWord } from "../stream-endings.ts";
import { streamedAndStored } from "../streamed-and-stored.ts";
import { type Regenerated, regenerate, rowsInWords } from "./regenerated-reply.ts";

export const replaces = defineCheck<Context["target"], Regenerated>({
  id: "regenerate/replaces",
  claim:
    "a reply that was made again is shown in the earlier one's place: one message, one reply, the new text",
  why: "With both shown the next prompt holds two answers to one question.",
  lookAt: "which versions the list of messages and the prompt have: of the replies to one message, one",
  needs: ["speak the contract"],
  collect: (context) => regenerate(context, { name: "again" }),
  judge({ before, answer, stream, after }) {
    const sent = SentMessage.safeParse(answer.body).data;
    if (stream === null || sent === undefined) {
      throw new CouldNotRun(`${answer.request} answered ${answer.status}`);
    }
    if (!isWholeEnding(lastWord(stream)))
      throw new CouldNotRun(`the new reply ended with ${lastWord(stream)}`);
    const seen = `rows before: ${rowsInWords(before)}; after: ${rowsInWords(after)}`;
    const [message, reply, ...others] = after;
    const isReplaced =
      others.length === 0 &&
      message?.message_id === before[0]?.message_id &&
      reply?.message_id === sent.assistant_message_id &&
      reply.message_id !== before[1]?.message_id &&
      reply.content === textOf(stream);
    if (isReplaced) return { verdict: "holds", seen };
    const expected = `the message, and reply ${sent.assistant_message_id} with the text that was streamed`;
    const texts = streamedAndStored(textOf(stream), reply?.content);
    return { verdict: "broken", expected, found: rowsInWords(after), seen, rows: after, ...texts };
  },
});
