import { messageOf } from "../../errors/thrown-error.ts";
import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { pollUntil } from "../../targets/poll-until.ts";
import { textIn } from "../arrived-events.ts";
import { type Context, makeProfile, makeSession } from "../contract-conversations.ts";
import { readSettledRows } from "../contract-replies.ts";
import { isWholeEnding, lastWord } from "../stream-endings.ts";
import { streamedAndStored } from "../streamed-and-stored.ts";
import { beginSomewhere, sendSomewhere } from "./call-any-replica.ts";
import { LOOKS, SEVERAL_HMIS, shortReplicaName, targetReplicas } from "./met-replicas.ts";

/** A busy machine may take its time; a reply that is streaming for longer will be so for good. In milliseconds. */
const SETTLES_WITHIN_MS = 20_000;

/** A message that was sent while a copy was being taken out of use. */
interface SentMeanwhile {
  /** How it was answered by one copy after the other, until one took it. */
  readonly answers: readonly { readonly status: number; readonly retryAfter: string | null }[];
  /** The reply's row at the end. */
  readonly saved: { readonly content: string; readonly status: string } | null;
}

interface Evidence {
  readonly drained: string;
  /** What the reader of the reply heard that ran there when it was asked to stop. */
  readonly stream: SeenStream;
  readonly saved: { readonly content: string; readonly status: string } | null;
  readonly meanwhile: SentMeanwhile;
}

export const drain = defineCheck<Context["target"], Evidence>({
  id: "replicas/drain",
  claim:
    "a copy that is asked to stop lets its reply come to its end, and what it takes no more is taken by another",
  why: "Every release stops every copy: one that drops what it writes cuts somebody's reply each time.",
  lookAt:
    "SIGTERM: 503 draining with Retry-After for what would begin, and stream.drain_ms for what has begun",
  needs: [...SEVERAL_HMIS, "drain a copy", "show rows"],
  isTimed: true,
  async collect(context) {
    const { drainer } = targetReplicas(context);
    if (drainer === undefined) throw new CouldNotRun("no copy of this target can be drained");
    const options = { num_predict: 120, stand_in_tokens: 40, stand_in_token_ms: 25 };
    const modelId = await makeProfile(context, { name: "drain", options });
    const other = await makeSession(context, modelId);
    const session_id = await makeSession(context, modelId);
    const message = `Count to 40. ${context.canary("drained")}`;
    const running = await beginSomewhere(context, { session_id, message });
    const draining = drainer.drain(running.owner);
    const answers = await sendMeanwhile(context, other);
    const stream = await running.stream;
    await draining;
    return {
      drained: running.owner,
      stream,
      saved: await replyIn(context, session_id),
      meanwhile: { answers, saved: await replyIn(context, other) },
    };
  },
  judge({ drained, stream, saved, meanwhile }) {
    const seen = [
      `copy ${shortReplicaName(drained)} was asked to stop in mid-reply`,
      `another message was answered ${meanwhile.answers.map(({ status }) => status).join(", ")}`,
    ].join("; ");
    return (
      judgeRunning({ stream, saved }, seen) ?? judgeMeanwhile(meanwhile, seen) ?? { verdict: "holds", seen }
    );
  },
});

/** Sends a message as a client does that is told to try again, until a copy takes it. */
async function sendMeanwhile(context: Context, session_id: string): Promise<SentMeanwhile["answers"]> {
  const answers: SentMeanwhile["answers"][number][] = [];
  const message = `Count to 5. ${context.canary("meanwhile")}`;
  while (answers.length < LOOKS && answers.at(-1)?.status !== 200) {
    try {
      const { status, headers } = await sendSomewhere(context, { session_id, message });
      answers.push({ status, retryAfter: headers["retry-after"] ?? null });
    } catch (error) {
      context.signal.throwIfAborted();
      // It has stopped to listen by now; a proxy would have led the call elsewhere.
      answers.push({ status: 0, retryAfter: messageOf(error) });
    }
  }
  return answers;
}

async function replyIn(context: Context, sessionId: string): Promise<Evidence["saved"]> {
  const rows = await pollUntil(
    context,
    SETTLES_WITHIN_MS,
    () => readSettledRows(context, sessionId),
    (found) => found.some(({ role, status }) => role === "assistant" && status !== "streaming"),
  );
  const row = rows.findLast(({ role }) => role === "assistant");
  return row === undefined ? null : { content: row.content, status: row.status };
}

function judgeRunning(
  { stream, saved }: Pick<Evidence, "stream" | "saved">,
  seen: string,
): Broken | undefined {
  const text = textIn(stream.events);
  if (isWholeEnding(lastWord(stream)) && saved?.status === "complete" && saved.content === text)
    return undefined;
  return {
    verdict: "broken",
    expected:
      "the reply that ran comes to its end for whoever reads it, and is saved as it was streamed, complete",
    found: [
      `the stream ${lastWord(stream)} after ${text.length} characters`,
      `the row ${saved === null ? "is not there" : `is ${saved.status}, ${saved.content.length} characters`}`,
    ].join("; "),
    seen,
    ...streamedAndStored(text, saved?.content),
  };
}

function judgeMeanwhile({ answers, saved }: SentMeanwhile, seen: string): Broken | undefined {
  const isPolite = answers.every(({ status, retryAfter }) => status !== 503 || retryAfter !== null);
  const isTaken = answers.at(-1)?.status === 200;
  if (isTaken && isPolite && saved?.status === "complete") return undefined;
  return {
    verdict: "broken",
    expected: "a copy takes the message, and answers it; one that drains says 503 with Retry-After",
    found: [
      `answered ${answers.map(({ status, retryAfter }) => `${status} (${retryAfter ?? "no Retry-After"})`).join(", ")}`,
      `its reply is ${saved?.status ?? "not there"}`,
    ].join("; "),
    seen,
  };
}
