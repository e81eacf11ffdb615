import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { isDamagedText, isSameButForSpace, isSameText } from "../../targets/compare-texts.ts";
import { type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { beginTalk, openPlace, type Talk } from "../any-wire-conversation.ts";
import { causeInOnlyTurn, isUnfinishedRow } from "../common-causes.ts";
import type { Context } from "../contract-conversations.ts";
import { settledRowsOf } from "../conversation-rows.ts";
import { conversationInWords } from "../row-words.ts";
import { converseIn } from "../say-and-hear.ts";
import { requireBegun } from "../stream-endings.ts";
import { streamedAndStored } from "../streamed-and-stored.ts";
import { TEXT_JUDGED_ELSEWHERE } from "../text-judged-elsewhere.ts";
import { storedReplyRow } from "./stored-replies.ts";

/** How many conversations get a message each at the same time: a burst, and no load yet. */
const AT_ONCE = 8;

/** Long enough that the last message comes while the first is still answered. */
const REPLY = { num_predict: 8, stand_in_token_ms: 40 } as const;

interface Concurrent {
  /** Left out by the contract's own wire. */
  readonly isForeign?: boolean;
  /** Null where it was not told. */
  readonly sessionId: string | null;
  readonly asked: string;
  readonly stream: SeenStream;
  readonly rows: readonly SeenRow[];
}

export const concurrent = defineCheck<Context["target"], readonly Concurrent[]>({
  id: "persistence/concurrent",
  claim: "of messages sent at the same time to several conversations each is stored, with its own reply",
  why: "open-webui/open-webui#28742: concurrent sends drop messages.",
  lookAt: "writes that read, change and write back, and state that is shared between requests",
  needs: ["show rows"],
  async collect(context) {
    const place = await openPlace(context, { name: "persistence", options: REPLY });
    const talks: Talk[] = [];
    for (let index = 0; index < AT_ONCE; index += 1) talks.push(await beginTalk(context, place));
    const said = await Promise.all(
      talks.map(async (talk, index) => ({
        talk,
        ...(await converseIn(context, talk, `Hello ${context.canary(`${index}`)}`)),
      })),
    );
    const isForeign = !context.target.capabilities.has("speak the contract");
    return await Promise.all(
      said.map(async ({ talk, sent, stream }): Promise<Concurrent> => {
        const rows = await settledRowsOf(context, talk, (seen) =>
          isSameButForSpace(storedReplyRow({ rows: seen })?.content ?? "", textOf(stream)),
        );
        return { isForeign, sessionId: talk.conversation, asked: sent.text, stream, rows };
      }),
    );
  },
  judge: (conversations) =>
    firstBroken(conversations, judgeOne) ?? {
      verdict: "holds",
      seen: `messages sent at the same time, each stored with its reply: ${conversations.length}${shortenedWords(conversations)}`,
    },
});

function judgeOne({ isForeign = false, sessionId, asked, stream, rows }: Concurrent): Broken | undefined {
  const said = rows.filter(({ role }) => role !== "system");
  // By who said it: whether a conversation is shown in order is another claim's.
  const user = said.find(({ role }) => role === "user");
  const reply = said.find(({ role }) => role === "assistant");
  const text = textOf(stream);
  const isAsked = isSameText(user?.content ?? "", asked);
  // Whether a text is saved exactly is another claim's.
  const isReply =
    reply !== undefined && (isSameText(reply.content, text) || isDamagedText(reply.content, text));
  if (said.length === 2 && isAsked && isReply) return undefined;
  if (isForeign && reply === undefined) requireBegun(stream);
  const roles = rows.map(({ role, status = "" }) => `${role} ${status}`.trim()).join(", ") || "no rows";
  const others = [
    ...(user === undefined || isAsked ? [] : ["the message is another one"]),
    ...(reply === undefined || isReply ? [] : ["the reply is another one"]),
  ];
  return {
    verdict: "broken",
    expected: `in ${conversationInWords(sessionId)} its message and its reply as streamed`,
    found: [roles, ...others].join("; "),
    seen: `${textOf(stream).length} characters streamed`,
    rows,
    ...streamedAndStored(textOf(stream), reply?.content),
    ...((others.length === 0 || (isAsked && isUnfinishedRow(reply))) &&
      causeInOnlyTurn({ rows, kind: "at-once", isForeign })),
  };
}

function shortenedWords(conversations: readonly Concurrent[]): string {
  const isShortened = conversations.some(({ stream, rows }) =>
    isDamagedText(storedReplyRow({ rows })?.content ?? "", textOf(stream)),
  );
  return isShortened ? `; of a reply, ${TEXT_JUDGED_ELSEWHERE}` : "";
}
