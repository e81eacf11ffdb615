import type { Message } from "../../contract/hmi.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { type Broken, defineCheck } from "../../harness/check.ts";
import type { SeenStream } from "../../target/http.ts";
import type { Context } from "../stage.ts";
import { describe, finishReasonOf, textIn } from "./events.ts";
import { follow } from "./follow.ts";
import { generationsOf, replyRow, rowsOf, say } from "./say.ts";

interface Reading {
  readonly stream: SeenStream;
  readonly rows: readonly Message[];
  /** Requests at the engine so far for this message; null where nobody can tell. */
  readonly requests: number | null;
}

interface Evidence {
  readonly first: Reading;
  readonly second: Reading;
}

export const readAgain = defineCheck<Context["target"], Evidence>({
  id: "sse/read-again",
  claim: "a finished stream that is read again says the same, and changes nothing",
  why: "docs/faults.md, row 43: reading it again generates again, and overwrites the saved reply.",
  lookAt: "GET /api/chat/stream/{session_id}: of an answered conversation it reads the store",
  needs: [],
  async collect(context) {
    const reply = await say(context, { door: "message", name: "read again", options: { num_predict: 8 } });
    replyRow(reply);
    const { stream, rows, generations, sessionId, message } = reply;
    const path = hmiRoutes.stream.path({ session_id: sessionId });
    const again = await follow(context, { client: context.target.hmi, method: "GET", path });
    return {
      first: { stream, rows, requests: generations?.length ?? null },
      second: {
        stream: again,
        rows: await rowsOf(context, sessionId),
        requests: (await generationsOf(context, message))?.length ?? null,
      },
    };
  },
  judge({ first, second }) {
    const broken = judgeStream(first, second) ?? judgeTraces(first, second);
    return broken ?? { verdict: "holds", seen: `${describe(first.stream)}; then ${describe(second.stream)}` };
  },
});

function judgeStream(first: Reading, second: Reading): Broken | undefined {
  const expected = said(first.stream);
  const found = said(second.stream);
  if (expected === found) return undefined;
  return { verdict: "broken", expected, found, seen: describe(second.stream), rows: second.rows };
}

function judgeTraces(first: Reading, second: Reading): Broken | undefined {
  const isUnchanged = JSON.stringify(first.rows) === JSON.stringify(second.rows);
  if (first.requests === second.requests && isUnchanged) return undefined;
  return {
    verdict: "broken",
    expected: "no request to the engine, and the rows as they were",
    found: `requests: ${second.requests}, before ${first.requests}; rows ${isUnchanged ? "as they were" : "changed"}`,
    seen: describe(second.stream),
    rows: second.rows,
  };
}

function said(stream: SeenStream): string {
  return `${JSON.stringify(textIn(stream.events))}, done(${finishReasonOf(stream) ?? "never"})`;
}
