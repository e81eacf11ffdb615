import { hmiRoutes } from "../../contract/routes.ts";
import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { answerExcerpt } from "../../targets/answer-excerpt.ts";
import { textOf } from "../../targets/drivers/reply-facts.ts";
import type { SeenCall, SeenStream } from "../../targets/http-client.ts";
import { type Context, makeProfile, makeSession } from "../contract-conversations.ts";
import { readSettledRows, sendAndReadReply } from "../contract-replies.ts";
import { followStream } from "../follow-stream.ts";

/** A reply that was asked for by a name, in a conversation that has gone on since. */
interface NamedReply {
  /** Whose name it was. */
  readonly by: "the reply" | "its message";
  /** What its row holds. */
  readonly saved: string;
  /** What the conversation's newest reply holds. */
  readonly newest: string;
  readonly stream: SeenStream;
}

interface Evidence {
  readonly named: readonly NamedReply[];
  /** The stream of a message that the conversation does not have. */
  readonly unknown: SeenCall;
}

export const namedStream = defineCheck<Context["target"], Evidence>({
  id: "sse/named-stream",
  claim: "a stream that is asked for by message_id is that reply's, also when the conversation has gone on",
  why: "Asked for by its conversation alone, a reply that ended meanwhile brings the text of the next one.",
  lookAt: "GET /api/chat/stream/{session_id}: message_id, the reply's or that of the message that it answers",
  needs: ["speak the contract"],
  async collect(context) {
    const options = { num_predict: 24, stand_in_token_ms: 0 };
    const sessionId = await makeSession(context, await makeProfile(context, { name: "sse", options }));
    for (const name of ["first", "second"]) {
      await sendAndReadReply(context, sessionId, `Say: ${context.canary(name)}`);
      await readSettledRows(context, sessionId);
    }
    const rows = await readSettledRows(context, sessionId);
    const [message, reply] = rows;
    if (message === undefined || reply === undefined) throw new CouldNotRun("no reply was saved");
    const { hmi } = context.target;
    const pathOf = (message_id: string) => hmiRoutes.stream.path({ session_id: sessionId }, { message_id });
    const read = async (by: NamedReply["by"], messageId: string): Promise<NamedReply> => ({
      by,
      saved: reply.content,
      newest: rows.at(-1)?.content ?? "",
      stream: await followStream(context, { client: hmi, method: "GET", path: pathOf(messageId) }),
    });
    return {
      named: [await read("the reply", reply.message_id), await read("its message", message.message_id)],
      unknown: await hmi.call("GET", pathOf("999999999"), { signal: context.signal }),
    };
  },
  judge({ named, unknown }) {
    const broken = firstBroken(named, judgeOne);
    if (broken !== undefined) return broken;
    const seen = `${named.map(({ stream }) => stream.request).join("; ")}; of an unknown one ${unknown.status}`;
    if (unknown.status === 404) return { verdict: "holds", seen };
    const found = `${unknown.status} ${answerExcerpt(unknown)}`;
    return { verdict: "broken", expected: "404 for a message that is not there", found, seen };
  },
});

function judgeOne({ by, saved, newest, stream }: NamedReply): Broken | undefined {
  if (saved === newest) throw new CouldNotRun("both replies are the same text");
  const text = textOf(stream);
  if (text === saved) return undefined;
  return {
    verdict: "broken",
    expected: `the first reply: ${JSON.stringify(saved)}`,
    found: text === newest ? "the newest one" : `${stream.status} ${JSON.stringify(text)}`,
    seen: `${stream.request}, by the name of ${by}`,
  };
}
