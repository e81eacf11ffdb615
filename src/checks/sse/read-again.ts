import { hmiRoutes } from "../../contract/routes.ts";
import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { isSameText } from "../../targets/compare-texts.ts";
import { refusedWords } from "../../targets/drivers/refusal.ts";
import { type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { afterWaiting } from "../../targets/unstalled-time.ts";
import { startTalk } from "../any-wire-conversation.ts";
import { describeStream, finishReasonOf } from "../arrived-events.ts";
import type { Context } from "../contract-conversations.ts";
import { patienceOf, readRows } from "../contract-replies.ts";
import { conversationRows, settledRowsOf } from "../conversation-rows.ts";
import { generationsOf } from "../engine-generations.ts";
import { followStream } from "../follow-stream.ts";
import { hearAgain } from "../hear-reply.ts";
import { converseIn } from "../say-and-hear.ts";
import { replyRow, sendAndSeeReply } from "../seen-reply.ts";
import { lastWord } from "../stream-endings.ts";
import { requireAwaited } from "../unended-replies.ts";

interface Reading {
  readonly stream: SeenStream;
  readonly rows: readonly SeenRow[];
  /** Requests at the engine so far for this message; null where nobody can tell. */
  readonly requests: number | null;
}

interface Evidence {
  readonly first: Reading;
  readonly second: Reading;
  /** Left out by the contract's own wire. */
  readonly isOtherWire?: boolean;
}

export const readAgain = defineCheck<Context["target"], Evidence>({
  id: "sse/read-again",
  claim: "a finished stream that is read again says the same, and changes nothing",
  why: "Reading it again generates again, and overwrites the saved reply (docs/faults.md, row 43).",
  lookAt: "the stream of a conversation that is answered: it reads the store",
  needs: ["read a reply again"],
  collect: (context) =>
    context.target.capabilities.has("speak the contract") ? readByContract(context) : readByWire(context),
  judge({ first, second, isOtherWire = false }) {
    // What was asked of the engine is seen even where the second reading is refused.
    const broken =
      (isOtherWire ? judgeTraces(first, second) : undefined) ??
      judgeStream(first, second, isOtherWire) ??
      judgeTraces(first, second);
    return (
      broken ?? {
        verdict: "holds",
        seen: `${describeStream(first.stream)}; then ${describeStream(second.stream)}`,
      }
    );
  },
});

async function readByContract(context: Context): Promise<Evidence> {
  const reply = await sendAndSeeReply(context, {
    door: "message",
    name: "read again",
    options: { num_predict: 8 },
  });
  replyRow(reply);
  const { stream, rows, generations, sessionId, message } = reply;
  const path = hmiRoutes.stream.path({ session_id: sessionId });
  const again = await followStream(context, { client: context.target.hmi, method: "GET", path });
  return {
    first: { stream, rows, requests: generations?.length ?? null },
    second: {
      stream: again,
      rows: await readRows(context, sessionId),
      requests: (await generationsOf(context, message))?.length ?? null,
    },
  };
}

async function readByWire(context: Context): Promise<Evidence> {
  await generationsOf(context, "");
  const talk = await startTalk(context, { name: "sse", options: { num_predict: 8 } });
  const { sent, stream } = await converseIn(context, talk, `Count to 50, ${context.canary("again")}`);
  const requests = async (): Promise<number | null> =>
    (await generationsOf(context, sent.text))?.length ?? null;
  const rows = context.target.capabilities.has("show rows")
    ? await settledRowsOf(context, talk, (seen) => isSameText(seen.at(-1)?.content ?? "", textOf(stream)))
    : [];
  const first = { stream, rows, requests: await requests() };
  const hearing = hearAgain(context, talk, sent);
  // A back end may wait for another reply, and say nothing.
  const callOff = afterWaiting(patienceOf(context.target), () => hearing.leave());
  const again = await hearing.ended.finally(callOff);
  const after = rows.length > 0 ? await conversationRows(context, talk) : [];
  return { first, second: { stream: again, rows: after, requests: await requests() }, isOtherWire: true };
}

function judgeStream(first: Reading, second: Reading, isOtherWire: boolean): Broken | undefined {
  const { stream } = second;
  const isRefused = stream.status >= 300 || stream.status === 204;
  // Nobody else promises that it can be read once more.
  if (isOtherWire && isRefused) throw new CouldNotRun(refusedWords(stream));
  if (isOtherWire && stream.facts.length === 0) throw new CouldNotRun(`${stream.request} told nothing more`);
  if (isOtherWire) for (const each of [first, second]) requireAwaited(lastWord(each.stream));
  const expected = isOtherWire ? saidByWire(first.stream) : said(first.stream);
  const found = isOtherWire ? saidByWire(stream) : said(stream);
  const isSame = isOtherWire
    ? isSameText(textOf(stream), textOf(first.stream)) && lastWord(stream) === lastWord(first.stream)
    : expected === found;
  if (isSame) return undefined;
  return { verdict: "broken", expected, found, seen: describeStream(stream), rows: second.rows };
}

function judgeTraces(first: Reading, second: Reading): Broken | undefined {
  const isUnchanged = JSON.stringify(first.rows) === JSON.stringify(second.rows);
  if (first.requests === second.requests && isUnchanged) return undefined;
  return {
    verdict: "broken",
    expected: "no request to the engine, and the rows as they were",
    found: `requests: ${second.requests}, before ${first.requests}; rows ${isUnchanged ? "as they were" : "changed"}`,
    seen: describeStream(second.stream),
    rows: second.rows,
  };
}

function said(stream: SeenStream): string {
  return `${JSON.stringify(textOf(stream))}, done(${finishReasonOf(stream) ?? "never"})`;
}

function saidByWire(stream: SeenStream): string {
  return `${JSON.stringify(textOf(stream))}, ${lastWord(stream)}`;
}
