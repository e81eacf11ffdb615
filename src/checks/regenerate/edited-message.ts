import type { EngineOptions } from "../../contract/gateway-schemas.ts";
import type { Message } from "../../contract/hmi-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { CouldNotRun } from "../../harness/define-check.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import type { SeenGeneration } from "../../targets/seen-evidence.ts";
import { type Context, makeProfile, makeSession } from "../contract-conversations.ts";
import { readReply, sendAndReadReply } from "../contract-replies.ts";
import { generationsFor } from "../engine-generations.ts";
import { goBack, readShown } from "./regenerated-reply.ts";

/** A conversation whose first message of two was edited; then the way that was left is shown again. */
export interface Edited {
  readonly before: readonly Message[];
  /** What the HMI said to the edited message. */
  readonly answer: SeenCall;
  readonly after: readonly Message[];
  /** What the engine was asked for the edited message; empty where it cannot be watched. */
  readonly generations: readonly SeenGeneration[];
  /** The rows once the message is chosen that was edited. */
  readonly back: readonly Message[];
}

const QUICK: EngineOptions = { num_predict: 8, stand_in_tokens: 8, stand_in_token_ms: 0 };

/** The same one for all checks of a suite. */
export async function edited(context: Context): Promise<Edited> {
  return await context.share("edited message", async () => {
    const modelId = await makeProfile(context, { name: "regenerate", options: QUICK });
    const sessionId = await makeSession(context, modelId);
    await generationsFor(context, "");
    for (const turn of ["first", "second"]) {
      await sendAndReadReply(context, sessionId, `Count to 5. ${context.canary(turn)}`);
      await readShown(context, sessionId);
    }
    const before = await readShown(context, sessionId);
    const first = before[0]?.message_id;
    if (before.length !== 4 || first === undefined) throw new CouldNotRun("two turns were not saved");
    const message = `Count to 6. ${context.canary("edited")}`;
    const body = { session_id: sessionId, message, edits: first };
    const { hmi } = context.target;
    const answer = await hmi.call("POST", hmiRoutes.sendMessage.path(), { body, signal: context.signal });
    if (answer.status === 200) await readReply(context, sessionId).ended;
    return {
      before,
      answer,
      after: await readShown(context, sessionId),
      generations: await generationsFor(context, message),
      back: await goBack(context, sessionId, first),
    };
  });
}
