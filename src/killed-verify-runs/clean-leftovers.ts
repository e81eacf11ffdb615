import { MessageList } from "../contract/hmi-schemas.ts";
import { ProfileList } from "../contract/profile-schemas.ts";
import { hmiRoutes } from "../contract/routes.ts";
import { messageOf } from "../errors/thrown-error.ts";
import { deleteAt, deleteProfile } from "../targets/delete-profile.ts";
import type { HttpClient, SeenCall } from "../targets/http-client.ts";
import { openTarget, type Target, type TargetUrls } from "../targets/open-target.ts";
import { type MadeConversation, RUN_PROFILE_NAME, runProfileDescription } from "../targets/run-journal.ts";
import { CANARY } from "../text/canary-word.ts";
import { cleanForeignConversation } from "./clean-foreign-conversation.ts";
import { endedVerifyRecords, forgetVerifyRecord, recordedUrlOf, type VerifyRecord } from "./verify-record.ts";

/** What was done about the runs that were killed. */
export interface CleanedLeftovers {
  /** The runs of which nothing is left. */
  readonly runs: number;
  readonly profiles: number;
  readonly conversations: number;
  /** What was not deleted, and why. */
  readonly left: readonly string[];
  /** The HMIs that other killed runs were made on: they were not asked. */
  readonly elsewhere: readonly string[];
}

/** How long all of it may take, in milliseconds. */
const TIMEOUT_MS = 60_000;

/**
 * Deletes what killed runs left on the HMI of these URLs. Deleted is only what is certain: a profile by the run's
 * own id in it, a conversation of such a profile or one that the run wrote down, and neither where somebody else
 * wrote into it. A run whose process lives is not touched. What stays is an empty general conversation where the run
 * was killed in the moment between the HMI's making it and the run's writing it down.
 */
export async function cleanLeftovers(
  stateDir: string,
  urls: TargetUrls,
  given: AbortSignal,
): Promise<CleanedLeftovers> {
  const records = await endedVerifyRecords(stateDir);
  const url = recordedUrlOf(urls);
  const isHere = ({ hmi }: VerifyRecord): boolean => hmi === url;
  const elsewhere = [...new Set(records.filter((record) => !isHere(record)).map(({ hmi }) => hmi))];
  const here = records.filter(isHere);
  const nothing = { runs: 0, profiles: 0, conversations: 0, left: [], elsewhere };
  // Most runs find nothing, and need not ask anybody.
  if (here.length === 0) return nothing;
  const signal = AbortSignal.any([given, AbortSignal.timeout(TIMEOUT_MS)]);
  const target = await openTarget(urls, signal);
  try {
    return { ...(await cleanRuns(stateDir, target, here, signal)), elsewhere };
  } finally {
    await target.close();
  }
}

async function cleanRuns(
  stateDir: string,
  target: Target,
  records: readonly VerifyRecord[],
  signal: AbortSignal,
): Promise<Omit<CleanedLeftovers, "elsewhere">> {
  const done = { runs: 0, profiles: 0, conversations: 0 };
  const left: string[] = [];
  for (const record of records) {
    const cleaning = new Cleaning(target, record, signal);
    await cleaning.run();
    done.profiles += cleaning.profiles;
    done.conversations += cleaning.conversations;
    left.push(...cleaning.left);
    if (cleaning.left.length > 0) continue;
    forgetVerifyRecord(stateDir, record);
    done.runs += 1;
  }
  return { ...done, left };
}

/** What one killed run left. */
class Cleaning {
  profiles = 0;
  conversations = 0;
  readonly left: string[] = [];
  readonly #hmi: HttpClient;
  readonly #target: Target;
  readonly #record: VerifyRecord;
  readonly #signal: AbortSignal;

  constructor(target: Target, record: VerifyRecord, signal: AbortSignal) {
    this.#hmi = target.hmi;
    this.#target = target;
    this.#record = record;
    this.#signal = signal;
  }

  async run(): Promise<void> {
    const isForeign = this.#target.plainHttp !== undefined;
    if (!isForeign) await this.#trying("the profiles", () => this.#deleteProfiles());
    for (const made of this.#record.conversations) {
      await this.#trying(`conversation ${made.session_id}`, () =>
        isForeign ? this.#deleteForeign(made) : this.#deleteConversation(made),
      );
    }
  }

  async #deleteForeign({ session_id }: MadeConversation): Promise<void> {
    const isOurs = (text: string): boolean => CANARY.test(text);
    if (await cleanForeignConversation(this.#target.chat, session_id, isOurs, this.#signal))
      this.conversations += 1;
  }

  async #deleteProfiles(): Promise<void> {
    const { profiles } = expectBody(await this.#get(hmiRoutes.profiles.path()), ProfileList);
    const description = runProfileDescription(this.#record.run_id);
    for (const profile of profiles) {
      if (profile.description !== description || !profile.name.startsWith(RUN_PROFILE_NAME)) continue;
      await this.#trying(`profile ${profile.model_id} (${profile.name})`, async () => {
        await deleteProfile(this.#hmi, profile, this.#signal, (session) => this.#deleteConversation(session));
        this.profiles += 1;
      });
    }
  }

  /** Throws where somebody else wrote into it. */
  async #deleteConversation({ session_id, created_at }: MadeConversation): Promise<void> {
    const call = await this.#get(hmiRoutes.messages.path({ session_id }));
    if (call.status === 404) return;
    const { session, messages } = expectBody(call, MessageList);
    // Another conversation has its id since the database was made anew.
    if (session.created_at !== created_at) return;
    const isOfOthers = messages.some(({ role, content }) => role === "user" && !CANARY.test(content));
    if (isOfOthers) throw new Error(`somebody else wrote into conversation ${session_id}, so it was left`);
    await deleteAt(this.#hmi, hmiRoutes.deleteSession.path({ session_id }), this.#signal);
    this.conversations += 1;
  }

  async #get(path: string): Promise<SeenCall> {
    return await this.#hmi.call("GET", path, { signal: this.#signal });
  }

  async #trying(what: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.left.push(`${what}: ${messageOf(error)}`);
    }
  }
}

function expectBody<Body>(call: SeenCall, schema: { parse(body: unknown): Body }): Body {
  if (call.status !== 200) throw new Error(`${call.request} answered ${call.status}`);
  return schema.parse(call.body);
}
