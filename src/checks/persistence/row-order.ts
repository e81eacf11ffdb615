import type { Message } from "../../contract/hmi.ts";
import { CouldNotRun, defineCheck } from "../../harness/check.ts";
import { converse, readSettledRows } from "../reading.ts";
import { type Context, makeProfile, makeSession } from "../stage.ts";

/** So many messages one after the other, as quick as it goes. */
const MESSAGES = 4;

interface QuickMessages {
  readonly asked: readonly string[];
  readonly rows: readonly Message[];
}

export const rowOrder = defineCheck<Context["target"], QuickMessages>({
  id: "persistence/row-order",
  claim: "messages that follow each other quickly stay in order, each followed by its reply",
  why: "Rows that are ordered by a clock tie within its tick, and then come in any order.",
  lookAt: "the ORDER BY of the history: a key that only grows, not a time",
  needs: [],
  async collect(context) {
    const options = { num_predict: 4 };
    const sessionId = await makeSession(
      context,
      await makeProfile(context, { name: "persistence", options }),
    );
    const asked = Array.from(
      { length: MESSAGES },
      (_, index) => `Count to ${index}. ${context.canary(`${index}`)}`,
    );
    for (const message of asked) {
      await converse(context, sessionId, message);
      await readSettledRows(context, sessionId);
    }
    return { asked, rows: await readSettledRows(context, sessionId) };
  },
  judge({ asked, rows }) {
    if (asked.length === 0) throw new CouldNotRun("nothing was sent");
    const wished = asked.flatMap((message) => [message, "(reply)"]);
    const found = rows.map(({ role, content }) => (role === "assistant" ? "(reply)" : content));
    const seen = `${asked.length} messages one after the other, then ${rows.length} rows`;
    if (String(found) === String(wished)) return { verdict: "holds", seen };
    const inOrder = (texts: readonly string[]): string => texts.map((text) => text.slice(0, 12)).join(" | ");
    return { verdict: "broken", expected: inOrder(wished), found: inOrder(found), seen, rows };
  },
});
