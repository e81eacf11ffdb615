import { ErrorBody } from "../../contract/common-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { defineCheck } from "../../harness/define-check.ts";
import { answerExcerpt } from "../../targets/answer-excerpt.ts";
import type { SeenCall, SeenStream } from "../../targets/http-client.ts";
import { pollUntil } from "../../targets/poll-until.ts";
import type { SeenGeneration } from "../../targets/seen-evidence.ts";
import { afterWaiting } from "../../targets/unstalled-time.ts";
import { GIVE_UP_MS } from "../cancel-times.ts";
import { type Context, makeProfile, makeSession } from "../contract-conversations.ts";
import { readSettledRows } from "../contract-replies.ts";
import { generationsFor } from "../engine-generations.ts";
import { lastWord } from "../stream-endings.ts";
import { beginSomewhere } from "./call-any-replica.ts";
import { replicaIn, SEVERAL_HMIS, shortReplicaName, targetReplicas, untilAtTwo } from "./met-replicas.ts";

/** A reply that runs at one copy, and is cancelled at whichever the call arrives at. */
interface CancelledElsewhere {
  readonly owner: string;
  readonly askedAt: string;
  readonly answer: SeenCall;
  readonly stream: SeenStream;
  /** The status of the reply's row after that; null where it has none. */
  readonly saved: string | null;
  /** What the engine was asked for it; empty where it cannot be watched. */
  readonly generations: readonly SeenGeneration[];
}

/** A busy database may take its time; an engine that goes on writes for much longer. In milliseconds. */
const STOPS_WITHIN_MS = 4 * GIVE_UP_MS;

export const cancelElsewhere = defineCheck<Context["target"], CancelledElsewhere>({
  id: "replicas/cancel",
  claim: "a cancel at another copy than the one that writes the reply ends it, and stops the engine",
  why: "A copy that looks for the reply in its own memory says that nothing runs, and the engine goes on.",
  lookAt:
    "POST /api/chat/cancel at a copy that does not write the reply: how it is passed on, and by what else where that fails",
  needs: [...SEVERAL_HMIS, "cancel"],
  isTimed: true,
  async collect(context) {
    const options = { num_predict: 4000, stand_in_tokens: 2000, stand_in_token_ms: 20 };
    const modelId = await makeProfile(context, { name: "cancel elsewhere", options });
    await generationsFor(context, "");
    return await untilAtTwo(
      context,
      targetReplicas(context).hmi,
      (attempt) => cancelOne(context, modelId, attempt),
      ({ owner, askedAt }) => owner !== askedAt,
    );
  },
  judge({ owner, askedAt, answer, stream, saved, generations }) {
    const seen = `written by copy ${shortReplicaName(owner)}, cancelled at ${shortReplicaName(askedAt)}: ${answer.status}`;
    const running = generations.filter(({ ended }) => ended === "running");
    const isCancelled = isTaken(answer) && lastWord(stream) === "done (cancelled)";
    if (isCancelled && saved === "cancelled" && running.length === 0) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected:
        "200, a stream that ends with done (cancelled), a row that is cancelled, and no generation that runs",
      found: [
        `${answer.status} ${answerExcerpt(answer)}`,
        `the stream ${lastWord(stream)}`,
        `the row ${saved ?? "is not there"}`,
        `generations that run: ${running.length}`,
      ].join("; "),
      seen,
    };
  },
});

async function cancelOne(context: Context, modelId: number, attempt: number): Promise<CancelledElsewhere> {
  const session_id = await makeSession(context, modelId);
  const asked = `Count to 2000. ${context.canary(`cancel elsewhere ${attempt}`)}`;
  const left = new AbortController();
  const running = await beginSomewhere(context, { session_id, message: asked }, { leave: left.signal });
  const path = hmiRoutes.cancel.path({ session_id });
  const answer = await targetReplicas(context).hmi.call("POST", path, { signal: context.signal });
  const callOff = afterWaiting(STOPS_WITHIN_MS, () => left.abort());
  const stream = await running.stream;
  callOff();
  const generations = await pollUntil(
    context,
    STOPS_WITHIN_MS,
    () => generationsFor(context, asked),
    (records) => records.every(({ ended }) => ended !== "running"),
  );
  const rows = await readSettledRows(context, session_id);
  const saved = rows.findLast(({ role }) => role === "assistant")?.status ?? null;
  return { owner: running.owner, askedAt: replicaIn(answer), answer, stream, saved, generations };
}

/** Where the owner does not answer in time, whoever cancels is told so, and the owner hears of it in another way. */
function isTaken({ status, body }: SeenCall): boolean {
  if (status === 200) return true;
  return ErrorBody.safeParse(body).data?.error.code === "owner_unreachable";
}
