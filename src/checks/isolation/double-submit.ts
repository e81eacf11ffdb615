import { hmiRoutes } from "../../contract/routes.ts";
import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { WholeRow } from "../../targets/drivers/reply-facts.ts";
import type { SeenGeneration } from "../../targets/seen-evidence.ts";
import { type Context, makeProfile, makeSession } from "../contract-conversations.ts";
import { readReply, readSettledRows } from "../contract-replies.ts";
import { generationsFor } from "../engine-generations.ts";
import { followStream } from "../follow-stream.ts";
import { repeatAfterMe, timesFor, wordFrom } from "./marker-words.ts";

/** A message that was sent three times with one key: twice at once, and again after its reply. */
interface Resent {
  readonly door: "message" | "general-stream";
  readonly asked: string;
  readonly statuses: readonly number[];
  readonly rows: readonly WholeRow[];
  readonly generations: readonly SeenGeneration[];
}

export const doubleSubmit = defineCheck<Context["target"], readonly Resent[]>({
  id: "isolation/double-submit",
  claim: "a message that is sent again with its client_message_id stays one message with one reply",
  why: "A double click or a retry of the network makes two generations (docs/faults.md, row 27).",
  lookAt: "client_message_id: a unique column that finds the exchange, before anything is saved or asked",
  needs: ["speak the contract"],
  async collect(context) {
    const options = { num_predict: 8, stand_in_token_ms: 5 };
    const modelId = await makeProfile(context, { name: "isolation", options });
    await generationsFor(context, "");
    return await Promise.all([
      sendAgain(context, modelId, "message"),
      sendAgain(context, modelId, "general-stream"),
    ]);
  },
  judge: (resent) =>
    firstBroken(resent, judgeOne) ?? {
      verdict: "holds",
      seen: `sent ${resent.map(({ statuses }) => statuses.length).join(" and ")} times, each one exchange`,
    },
});

async function sendAgain(context: Context, modelId: number, door: Resent["door"]): Promise<Resent> {
  const key = context.canary(door);
  const asked = repeatAfterMe(wordFrom(key), timesFor(context, 6));
  const session_id = await makeSession(context, modelId);
  const { hmi } = context.target;
  const send = async (): Promise<number> => {
    if (door === "general-stream") {
      const query = { message: asked, session_id, client_message_id: key };
      const path = hmiRoutes.generalStream.path(undefined, query);
      return (await followStream(context, { client: hmi, method: "GET", path })).status;
    }
    const body = { message: asked, session_id, client_message_id: key };
    const path = hmiRoutes.sendMessage.path();
    return (await hmi.call("POST", path, { body, signal: context.signal })).status;
  };
  const settle = (): Promise<unknown> => readReply(context, session_id).ended;
  const statuses = await Promise.all([send(), send()]);
  await settle();
  statuses.push(await send());
  await settle();
  return {
    door,
    asked,
    statuses,
    rows: await readSettledRows(context, session_id),
    generations: await generationsFor(context, asked),
  };
}

function judgeOne({ door, asked, statuses, rows, generations }: Resent): Broken | undefined {
  if (!statuses.includes(200)) throw new CouldNotRun(`by ${door}: answered ${statuses.join(", ")}`);
  const roles = rows.map(({ role }) => role).join(", ");
  const isOne = roles === "user, assistant" && generations.length <= 1;
  if (isOne && statuses.every((status) => status === 200)) return undefined;
  return {
    verdict: "broken",
    expected: "three times 200, one message and one reply, one request at the engine",
    found: `${statuses.join(", ")}; rows: ${roles || "none"}; requests: ${generations.length}`,
    seen: `by ${door}, three times with one client_message_id: ${asked}`,
    rows,
  };
}
