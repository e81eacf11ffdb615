import { MessageList } from "../../contract/hmi-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { isSameText } from "../../targets/compare-texts.ts";
import { conversationNotNamed } from "../../targets/drivers/conversation-not-named.ts";
import type { SeenRow } from "../../targets/drivers/reply-facts.ts";
import { wrongRolesIn } from "../../targets/judge-saved-turn.ts";
import {
  doubledReply,
  doubledTurn,
  isUnfinishedRow,
  otherSpacing,
  strayedReply,
  unfinishedReply,
  unsavedReply,
} from "../common-causes.ts";
import { conversationInWords } from "../row-words.ts";
import { isSavedAsStreamed, isSavedButForSpace } from "../saved-as-streamed.ts";
import { streamedAndStored } from "../streamed-and-stored.ts";
import { firstExchanges, rowPlaces } from "./first-exchanges.ts";
import type { ModelExchange } from "./model-exchange.ts";
import { type Context, expectAnswer } from "./staged-profiles.ts";

interface Reloaded {
  readonly exchange: ModelExchange;
  /** The conversation's dialogue, read again after all exchanges. */
  readonly rows: readonly SeenRow[];
}

export const reload = defineCheck<Context["target"], readonly Reloaded[]>({
  id: "model-conversation/reload",
  claim: "after a reload the exchange is there, in order, whole",
  why: 'A user reports: "After refresh, shows blank AI reply" (BUG-016).',
  lookAt:
    "the saving of both rows to the conversation on the page, and of the reply whole, before done is sent",
  needs: ["show rows", "remember conversations"],
  async collect(context) {
    const reloaded: Reloaded[] = [];
    for (const exchange of await firstExchanges(context)) {
      if (exchange.isForeign) {
        if (exchange.sessionId === null) throw conversationNotNamed();
        const rows = await context.target.chat.rows(exchange.sessionId, context.signal);
        reloaded.push({ exchange, rows: rows.filter(isSaid) });
        continue;
      }
      const path = hmiRoutes.messages.path({ session_id: exchange.sessionId ?? "none" });
      const call = await context.target.hmi.call("GET", path, { signal: context.signal });
      const rows = call.status === 404 ? [] : expectAnswer(call, MessageList).messages;
      reloaded.push({ exchange, rows: rows.filter(isSaid) });
    }
    return reloaded;
  },
  judge(reloaded) {
    const broken = firstBroken(reloaded, (each) => judgeOne(each, reloaded));
    return (
      broken ?? {
        verdict: "holds",
        seen: `exchanges read again, each as it was streamed: ${reloaded.length}`,
      }
    );
  },
});

/** Titles, summaries and steps are no part of what was said. */
function isSaid({ message_type = "chat" }: SeenRow): boolean {
  return message_type === "chat";
}

function judgeOne({ exchange, rows }: Reloaded, all: readonly Reloaded[]): Broken | undefined {
  const asked = rows.findIndex(
    (row) => row.role === "user" && isSavedAsStreamed(row.content, exchange.asked.message, exchange),
  );
  const reply = asked === -1 ? undefined : rows[asked + 1];
  const isEnded =
    reply?.status === "complete" ||
    (exchange.isCut && reply?.status === "cancelled") ||
    (exchange.isForeign && reply?.status === undefined);
  const isWhole =
    reply?.role === "assistant" &&
    isEnded &&
    isSavedAsStreamed(reply.content, exchange.streamedText, exchange) &&
    reply.content !== "";
  const isDoubled = exchange.isForeign && isReplyOf(rows[asked + 2], exchange) && isOnlyOwn(exchange, all);
  if (isWhole && !isDoubled) return undefined;
  return {
    verdict: "broken",
    expected: `in ${conversationInWords(exchange.sessionId)}: the message, then the reply as streamed (${exchange.streamedText.length} characters)`,
    found:
      wrongRolesIn(rows, { asked: exchange.asked.message, text: exchange.streamedText }) ??
      (isWhole ? "the reply, and then the same reply again" : undefined) ??
      (isReplyOf(rows[asked - 1], exchange) && !isReplyOf(reply, exchange)
        ? "the reply before its message"
        : describe(asked, reply, exchange)),
    seen: exchange.seen,
    rows: rowPlaces(rows),
    ...(reply?.role === "assistant" && streamedAndStored(exchange.streamedText, reply.content)),
    ...(exchange.isForeign && asked !== -1 && causeOf({ rows, asked, isEnded }, exchange)),
    ...(exchange.isForeign && all.some((other) => isAstray(other, rows)) && strayedReply()),
  };
}

/** Whether no other of these replies says the same: its row may be in the wrong conversation. */
function isOnlyOwn(exchange: ModelExchange, all: readonly Reloaded[]): boolean {
  return all.filter((each) => isSameText(each.exchange.streamedText, exchange.streamedText)).length === 1;
}

/** Whether a reply stands among these rows, and not in its own conversation: of a tree, it may hide what was there. */
function isAstray({ exchange, rows: own }: Reloaded, rows: readonly SeenRow[]): boolean {
  const isIn = (those: readonly SeenRow[]): boolean => those.some((row) => isReplyOf(row, exchange));
  return isIn(rows) && !isIn(own);
}

/** What is at fault where another message, or this one again, follows the message. */
function causeOf(
  { rows, asked, isEnded }: { rows: readonly SeenRow[]; asked: number; isEnded: boolean },
  exchange: ModelExchange,
): Pick<Broken, "cause"> {
  const next = rows[asked + 1];
  const isThere = rows.some((row) => isReplyOf(row, exchange));
  if (next?.role === "assistant" && isUnfinishedRow(next)) return unfinishedReply("whole");
  if (isEnded && isReplyOf(next, exchange)) return doubledReply("whole");
  if (next?.role === "assistant" && isEnded && isSavedButForSpace(next.content, exchange.streamedText)) {
    return otherSpacing("whole");
  }
  if (isThere) return isMessageOf(next, exchange) ? doubledTurn() : {};
  return next === undefined || next.role === "user" ? unsavedReply("whole") : {};
}

function isMessageOf(row: SeenRow | undefined, exchange: ModelExchange): boolean {
  return row?.role === "user" && isSavedAsStreamed(row.content, exchange.asked.message, exchange);
}

function isReplyOf(row: SeenRow | undefined, exchange: ModelExchange): boolean {
  return row?.role === "assistant" && isSavedAsStreamed(row.content, exchange.streamedText, exchange);
}

function describe(asked: number, reply: SeenRow | undefined, exchange: ModelExchange): string {
  if (asked === -1) return "the user's message is missing";
  if (reply === undefined) return "nothing follows the user's message";
  if (isMessageOf(reply, exchange)) return "the message, and then the same message again";
  if (reply.role === "user") return "the next message follows the user's message, and no reply";
  return `then a row of role ${reply.role}, ${reply.status ?? "without a status"}, ${reply.content.length} characters`;
}
