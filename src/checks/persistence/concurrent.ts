import type { Message } from "../../contract/hmi.ts";
import { type Broken, defineCheck } from "../../harness/check.ts";
import { firstBroken } from "../../harness/judge.ts";
import { textOf } from "../../target/drivers/reply-facts.ts";
import type { SeenStream } from "../../target/http.ts";
import { converse, readSettledRows } from "../reading.ts";
import { type Context, makeProfile, makeSession } from "../stage.ts";

/** So many conversations, with a message each at the same time: a burst, and no load yet. */
const AT_ONCE = 8;

/** Long enough that the last message comes while the first is still answered. */
const REPLY = { num_predict: 8, stand_in_token_ms: 40 } as const;

interface Concurrent {
  readonly sessionId: string;
  readonly asked: string;
  readonly stream: SeenStream;
  readonly rows: readonly Message[];
}

export const concurrent = defineCheck<Context["target"], readonly Concurrent[]>({
  id: "persistence/concurrent",
  claim: "of messages sent at the same time to several conversations each is stored, with its own reply",
  why: "open-webui/open-webui#28742: concurrent sends drop messages.",
  lookAt: "writes that read, change and write back, and state that is shared between requests",
  needs: [],
  async collect(context) {
    const modelId = await makeProfile(context, { name: "persistence", options: REPLY });
    const sessions: string[] = [];
    for (let index = 0; index < AT_ONCE; index += 1) sessions.push(await makeSession(context, modelId));
    const streams = await Promise.all(
      sessions.map(async (sessionId, index) => {
        const asked = `Hello ${context.canary(`${index}`)}`;
        return { sessionId, asked, stream: await converse(context, sessionId, asked) };
      }),
    );
    const evidence: Concurrent[] = [];
    for (const each of streams) {
      evidence.push({ ...each, rows: await readSettledRows(context, each.sessionId) });
    }
    return evidence;
  },
  judge: (conversations) =>
    firstBroken(conversations, judgeOne) ?? {
      verdict: "holds",
      seen: `messages sent at the same time, each stored with its reply: ${conversations.length}`,
    },
});

function judgeOne({ sessionId, asked, stream, rows }: Concurrent): Broken | undefined {
  const [user, reply, ...others] = rows;
  const isStored =
    user?.role === "user" &&
    user.content === asked &&
    reply?.role === "assistant" &&
    reply.content === textOf(stream) &&
    others.length === 0;
  if (isStored) return undefined;
  return {
    verdict: "broken",
    expected: `in conversation ${sessionId} its message and its reply as streamed`,
    found: rows.map(({ role, status }) => `${role} ${status}`).join(", ") || "no rows",
    seen: `${textOf(stream).length} characters streamed`,
    rows,
  };
}
