import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { isSameButForSpace } from "../../targets/compare-texts.ts";
import { type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
import { startTalk } from "../any-wire-conversation.ts";
import { doubledReply, doubledTurn, unsavedReply } from "../common-causes.ts";
import type { Context } from "../contract-conversations.ts";
import { settledRowsOf } from "../conversation-rows.ts";
import { converseIn } from "../say-and-hear.ts";
import { requireBegun } from "../stream-endings.ts";

/** How many messages are sent one after the other, as quickly as it goes. */
const MESSAGES = 4;

interface QuickMessages {
  /** Left out by the contract's own wire. */
  readonly isForeign?: boolean;
  readonly asked: readonly string[];
  readonly rows: readonly SeenRow[];
}

export const rowOrder = defineCheck<Context["target"], QuickMessages>({
  id: "persistence/row-order",
  claim: "messages that follow each other quickly stay in order, each followed by its reply",
  why: "Rows that are ordered by a clock tie within its tick, and then come in any order.",
  lookAt:
    "the ORDER BY of the history: a key that only grows, not a time; where rows are missing, or there twice, what saves them",
  needs: ["show rows"],
  async collect(context) {
    const talk = await startTalk(context, { name: "persistence", options: { num_predict: 4 } });
    const isForeign = !context.target.capabilities.has("speak the contract");
    const asked: string[] = [];
    let rows: readonly SeenRow[] = [];
    for (let index = 0; index < MESSAGES; index += 1) {
      const message = `Count to ${index}. ${context.canary(`${index}`)}`;
      const { sent, stream } = await converseIn(context, talk, message);
      if (isForeign) requireBegun(stream);
      asked.push(sent.text);
      rows = await settledRowsOf(
        context,
        talk,
        (seen) =>
          seen.length >= 2 * asked.length &&
          seen.some(({ content }) => isSameButForSpace(content, textOf(stream))),
      );
    }
    return { isForeign, asked, rows };
  },
  judge({ isForeign = false, asked, rows }) {
    if (asked.length === 0) throw new CouldNotRun("nothing was sent");
    const wished = wishedFor(asked);
    const said = rows.filter(({ role }) => role !== "system");
    const found = said.map(({ role, content }) => (role === "assistant" ? REPLY : content));
    const seen = `${asked.length} messages one after the other, then ${rows.length} rows`;
    if (String(found) === String(wished)) return { verdict: "holds", seen };
    const inOrder = (texts: readonly string[]): string => texts.map((text) => text.slice(0, 12)).join(" | ");
    const isTurned = String(found.toReversed()) === String(wished);
    const turned = isTurned ? "; newest first, which contract.wire.rows.newest_first would say" : "";
    const cause = isForeign ? causeOf(found, asked) : {};
    return {
      verdict: "broken",
      expected: inOrder(wished),
      found: inOrder(found) + turned,
      seen,
      rows,
      ...cause,
    };
  },
});

const REPLY = "(reply)";

/** What is at fault where all stands in order, and replies are only missing, or turns only there several times. */
function causeOf(found: readonly string[], asked: readonly string[]): Pick<Broken, "cause"> {
  const messages = found.filter((each) => each !== REPLY);
  const isOrdered = String(messages) === String(asked);
  if (isOrdered && messages.length === found.length) return unsavedReply("whole");
  const isOnce = found.filter((each, index) => each !== found[index - 1]);
  if (String(isOnce) !== String(wishedFor(asked))) return {};
  return isOrdered ? doubledReply("whole") : doubledTurn();
}

function wishedFor(asked: readonly string[]): readonly string[] {
  return asked.flatMap((message) => [message, REPLY]);
}
