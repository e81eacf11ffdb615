/** What the checks of every suite are made on: profiles and conversations of their own, all deleted at the end. */
import type { EngineOptions, Think } from "../contract/gateway-schemas.ts";
import { SessionAnswer, SessionList } from "../contract/hmi-schemas.ts";
import { ProfileAnswer } from "../contract/profile-schemas.ts";
import { hmiRoutes } from "../contract/routes.ts";
import { type CollectContext, CouldNotRun } from "../harness/define-check.ts";
import { MissingEndpoint } from "../harness/target-errors.ts";
import { answerExcerpt } from "../targets/answer-excerpt.ts";
import { deleteProfile } from "../targets/delete-profile.ts";
import type { SeenCall } from "../targets/http-client.ts";
import type { Target } from "../targets/open-target.ts";
import { RUN_PROFILE_NAME, runProfileDescription } from "../targets/run-journal.ts";

export type Context = CollectContext<Target>;

/** A profile of a check's own. */
export interface CheckProfile {
  /**
   * A word by which a person can tell where it comes from; the same throughout a suite, where no claim needs another one:
   * engines keep what their last prompt began with, and read what follows.
   */
  readonly name: string;
  readonly instructions?: string;
  /** Goes to the engine with every message; real Ollama ignores the stand-in's own names. */
  readonly options: EngineOptions;
  /** False where this is left out: thoughts take up what a reply may be long, and are no check's subject but their own. */
  readonly think?: Think;
}

/**
 * Creations are not bound to Ctrl-C: of one that was cut off, nobody would know whether it made something.
 * They wait no longer than this.
 */
const CREATE_TIMEOUT_MS = 30_000;

/** What a profile says that has nothing else to say. */
export const BRIEF_INSTRUCTIONS = "Answer in a few words.";

/** Makes a profile, to be deleted with all its conversations; returns its `model_id`. */
export async function makeProfile(
  context: Context,
  { name, options, think = false, instructions = BRIEF_INSTRUCTIONS }: CheckProfile,
): Promise<number> {
  const answer = await context.target.hmi.call("POST", hmiRoutes.newProfile.path(), {
    signal: AbortSignal.timeout(CREATE_TIMEOUT_MS),
    body: {
      name: `${RUN_PROFILE_NAME}${name}`,
      description: runProfileDescription(context.target.journal.runId),
      instructions,
      settings: { options, think },
    },
  });
  const { profile } = expectAnswer(answer, ProfileAnswer);
  context.defer(`deleting profile ${profile.model_id}`, (signal) =>
    deleteProfile(context.target.hmi, profile, signal),
  );
  return profile.model_id;
}

/** Makes a conversation, the active one of its profile. A profile's conversations are deleted with it. */
export async function makeSession(context: Context, modelId: number | null): Promise<string> {
  const answer = await context.target.hmi.call("POST", hmiRoutes.newSession.path(), {
    signal: AbortSignal.timeout(CREATE_TIMEOUT_MS),
    body: { model_id: modelId },
  });
  const { session } = expectAnswer(answer, SessionAnswer);
  // Of a profile's conversations the profile tells, which has the run's id.
  if (modelId === null) context.target.journal.madeConversation(session);
  return session.session_id;
}

/** The newest conversations of a profile, or the general ones. */
export async function listOwnSessions(
  context: Context,
  modelId: number | "none",
  signal: AbortSignal = context.signal,
): Promise<SessionList> {
  const path = hmiRoutes.sessions.path(undefined, { model_id: modelId, limit: 100 });
  return expectAnswer(await context.target.hmi.call("GET", path, { signal }), SessionList);
}

/** The body of an answer that the checks cannot go on without. */
export function expectAnswer<Answer>(call: SeenCall, schema: { parse(body: unknown): Answer }): Answer {
  if (call.status !== 200) {
    throw new CouldNotRun(`${call.request} answered ${call.status}: ${answerExcerpt(call)}`);
  }
  try {
    return schema.parse(call.body);
  } catch {
    const body = answerExcerpt(call);
    throw new CouldNotRun(`${call.request} did not answer as the contract says: ${body}`);
  }
}

/**
 * What was seen at several endpoints, without those that the target is known not to have. Throws {@link MissingEndpoint}
 * where that is all of them.
 */
export async function allButLacking<Seen>(looks: readonly Promise<Seen>[]): Promise<Seen[]> {
  const seen = await Promise.allSettled(looks);
  const failed = seen.flatMap((look) => (look.status === "rejected" ? [look.reason] : []));
  const fatal =
    failed.find((error) => !(error instanceof MissingEndpoint)) ??
    (failed.length === seen.length ? failed[0] : undefined);
  if (fatal !== undefined) throw fatal;
  return seen.flatMap((look) => (look.status === "fulfilled" ? [look.value] : []));
}
