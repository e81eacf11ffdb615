import { MessageList } from "../../contract/hmi-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { deleteAt } from "../../targets/delete-profile.ts";
import { type Context, listOwnSessions, makeProfile, makeSession } from "../contract-conversations.ts";

export { type Context, expectAnswer, listOwnSessions } from "../contract-conversations.ts";

/** A profile that the checks made, with the word that only its instructions hold. */
export interface StagedProfile {
  readonly modelId: number;
  readonly canary: string;
}

/** What the checks play on: two profiles of their own, and a general conversation of their own. */
export interface Stage {
  /** A word that marks every message of this run. */
  readonly canary: string;
  readonly profileA: StagedProfile;
  readonly profileB: StagedProfile;
  /** The active general conversation while the checks run: what goes astray lands here, not with the user. */
  readonly generalSessionId: string;
}

/** Builds the stage once a run. All of it is taken down again, also what the target put elsewhere. */
export async function getStage(context: Context): Promise<Stage> {
  return await context.share("stage", () => buildStage(context));
}

async function buildStage(context: Context): Promise<Stage> {
  const canary = context.canary("stage");
  const before = await listOwnSessions(context, "none");
  const profileA = await createProfile(context, canary, "a");
  const profileB = await createProfile(context, canary, "b");
  const previous = before.sessions.find((session) => session.active);
  if (previous !== undefined) {
    context.defer(`making conversation ${previous.session_id} the active one again`, async (signal) => {
      await context.target.hmi.call("POST", hmiRoutes.resumeSession.path(previous), { signal });
    });
  }
  const known = new Set(before.sessions.map((session) => session.session_id));
  context.defer("deleting general conversations that the target made", (signal) =>
    sweepGeneral(context, known, canary, signal),
  );
  const generalSessionId = await createSession(context, null, canary);
  known.add(generalSessionId);
  return { canary, profileA, profileB, generalSessionId };
}

/** Makes a profile, to be deleted with all its conversations. */
export async function createProfile(context: Context, canary: string, name: string): Promise<StagedProfile> {
  const word = `${canary}-of-${name}`;
  const modelId = await makeProfile(context, {
    name: word,
    instructions: `Answer in a few words. The code word is ${word}.`,
    // Short and quick, because a summary needs 31 of them: what is said does not matter here. Ollama ignores the
    // stand-in's option.
    options: { num_predict: 4, stand_in_token_ms: 0 },
  });
  return { modelId, canary: word };
}

/** Makes a conversation and makes it the active one of its profile; it is deleted at the end. */
export async function createSession(
  context: Context,
  modelId: number | null,
  canary: string,
): Promise<string> {
  const session_id = await makeSession(context, modelId);
  context.defer(`deleting conversation ${session_id}`, (signal) =>
    deleteSession(context, session_id, canary, signal),
  );
  return session_id;
}

/** Deletes the general conversations that are new since the start and hold a message of this run. */
async function sweepGeneral(
  context: Context,
  known: ReadonlySet<string>,
  canary: string,
  signal: AbortSignal,
): Promise<void> {
  const { sessions } = await listOwnSessions(context, "none", signal);
  for (const { session_id } of sessions.filter((session) => !known.has(session.session_id))) {
    const { body } = await context.target.hmi.call("GET", hmiRoutes.messages.path({ session_id }), {
      signal,
    });
    if (JSON.stringify(body).includes(canary)) await deleteSession(context, session_id, canary, signal);
  }
}

/** Deletes a conversation, unless somebody else wrote into it, as the user of a live stack may have. */
async function deleteSession(
  context: Context,
  session_id: string,
  canary: string,
  signal: AbortSignal,
): Promise<void> {
  const path = hmiRoutes.messages.path({ session_id });
  const { body } = await context.target.hmi.call("GET", path, { signal });
  const { data } = MessageList.safeParse(body);
  const isOfOthers = data?.messages.some((row) => row.role === "user" && !row.content.includes(canary));
  if (isOfOthers === true) throw new Error("somebody else wrote into it meanwhile, so it was left");
  await deleteAt(context.target.hmi, hmiRoutes.deleteSession.path({ session_id }), signal);
}
