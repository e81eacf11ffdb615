import { type Context, makeProfile, makeSession } from "../contract-conversations.ts";

/** The suite's own conversation: what a target wrongly accepts lands here, not with the user. */
export interface HttpSuiteConversation {
  readonly model_id: number;
  readonly session_id: string;
  /** A word that every message of the suite holds. */
  readonly word: string;
}

export async function httpSuiteConversation(context: Context): Promise<HttpSuiteConversation> {
  return await context.share("own place", async () => {
    const word = context.canary("http");
    const model_id = await makeProfile(context, { name: "http", options: { num_predict: 4 } });
    return { model_id, session_id: await makeSession(context, model_id), word };
  });
}
