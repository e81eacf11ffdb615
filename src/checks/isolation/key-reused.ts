import { ErrorBody } from "../../contract/common-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { WholeRow } from "../../targets/drivers/reply-facts.ts";
import { type Context, makeProfile, makeSession } from "../contract-conversations.ts";
import { readReply, readSettledRows } from "../contract-replies.ts";
import { followStream } from "../follow-stream.ts";

/** A key that was used for one message, and then for another one. */
interface Reused {
  readonly door: "message" | "general-stream";
  readonly first: number;
  readonly status: number;
  readonly code: string | null;
  readonly rows: readonly WholeRow[];
}

export const keyReused = defineCheck<Context["target"], readonly Reused[]>({
  id: "isolation/key-reused",
  claim: "a client_message_id that was used for another text is refused with 409, and nothing is saved",
  why: "Answered with the old reply, a new question seems to be answered, and was never asked.",
  lookAt: "what is compared when a key is known: the text, the model and the profile, not the key alone",
  needs: ["speak the contract"],
  collect: (context) =>
    Promise.all((["message", "general-stream"] as const).map((door) => reuse(context, door))),
  judge: (reused) =>
    firstBroken(reused, judgeOne) ?? {
      verdict: "holds",
      seen: reused.map(({ door, status, code }) => `by ${door} ${status} ${code}`).join("; "),
    },
});

async function reuse(context: Context, door: Reused["door"]): Promise<Reused> {
  const options = { num_predict: 4, stand_in_token_ms: 0 };
  const key = context.canary(door);
  const session_id = await makeSession(context, await makeProfile(context, { name: "isolation", options }));
  const { hmi } = context.target;
  const send = async (message: string): Promise<{ status: number; body: unknown }> => {
    if (door === "general-stream") {
      const path = hmiRoutes.generalStream.path(undefined, { message, session_id, client_message_id: key });
      return await followStream(context, { client: hmi, method: "GET", path });
    }
    const body = { message, session_id, client_message_id: key };
    return await hmi.call("POST", hmiRoutes.sendMessage.path(), { body, signal: context.signal });
  };
  const first = await send(`Say: ${context.canary(`${door} first`)}`);
  await readReply(context, session_id).ended;
  await readSettledRows(context, session_id);
  const second = await send(`Say: ${context.canary(`${door} second`)}`);
  const rows = await readSettledRows(context, session_id);
  const code = ErrorBody.safeParse(second.body).data?.error.code ?? null;
  return { door, first: first.status, status: second.status, code, rows };
}

function judgeOne({ door, first, status, code, rows }: Reused): Broken | undefined {
  if (first !== 200) throw new CouldNotRun(`by ${door}: the first message was answered ${first}`);
  if (status === 409 && code === "key_reused" && rows.length === 2) return undefined;
  return {
    verdict: "broken",
    expected: "409 key_reused, and the one exchange as it was",
    found: `${status} ${code ?? "without an error code"}; rows: ${rows.length}`,
    seen: `by ${door}, another text with the same client_message_id`,
    rows,
  };
}
