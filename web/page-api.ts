import type { Health, ModelList } from "../src/contract/common-schemas.ts";
import type { DoctorAnswer } from "../src/contract/doctor-report.ts";
import type { Cancel, CancelAnswer } from "../src/contract/gateway-schemas.ts";
import type {
  AgentList,
  MessageList,
  Regenerate,
  SearchResults,
  SendMessage,
  SentMessage,
  SessionAnswer,
  SessionList,
} from "../src/contract/hmi-schemas.ts";
import type { Profile, ProfileDraft } from "../src/contract/profile-schemas.ts";
import { hmiRoutes, type Route } from "../src/contract/routes.ts";
import { ApiError } from "./api-error.ts";
import { callLost, type HmiConnection, hmiUnreachable, isUnreachable } from "./hmi-connection.ts";

/** Longest wait for an answer. The HMI itself gives its gateway 15 s, and then says what is wrong. */
const ANSWER_TIMEOUT_MS = 30_000;

/** The same for the question how it is: an answer that comes later is no good one either. */
const HEALTH_TIMEOUT_MS = 8000;

/** How many places are shown: whoever does not find it among them looks for more words. */
const SEARCH_LIMIT = 50;

/** Most conversations that the HMI lists at once. */
export const LIST_LIMIT = 500;

/** Which conversations are listed. */
export interface SessionsFilter {
  /** A profile's, the general ones (null), or all (undefined). */
  readonly modelId?: number | null;
  /** The archived ones, or those and the others; undefined: only the others. */
  readonly archived?: "true" | "all";
}

export interface SessionsPage extends SessionsFilter {
  readonly limit: number;
  readonly offset: number;
}

interface ProfileAnswer {
  readonly profile: Profile;
}

/** The HMI's calls that the page makes. Each throws an ApiError. */
export interface PageApi {
  health(): Promise<Health>;
  models(): Promise<ModelList>;
  agents(): Promise<AgentList>;
  /** What `stack doctor` found the last time. */
  lastDoctorReport(): Promise<DoctorAnswer>;
  profiles(): Promise<{ readonly profiles: readonly Profile[] }>;
  newProfile(draft: ProfileDraft): Promise<ProfileAnswer>;
  updateProfile(modelId: number, draft: ProfileDraft): Promise<ProfileAnswer>;
  deleteProfile(modelId: number): Promise<unknown>;
  /** A page of the conversations, the newest first: at most `LIST_LIMIT` of them. */
  sessions(page: SessionsPage): Promise<SessionList>;
  messages(sessionId: string): Promise<MessageList>;
  /** Where these words stand, in all of the user's conversations. */
  search(query: string): Promise<SearchResults>;
  /** Makes it the active one of its profile; one that was archived is listed again. */
  resumeSession(sessionId: string): Promise<SessionAnswer>;
  renameSession(sessionId: string, title: string): Promise<SessionAnswer>;
  archiveSession(sessionId: string): Promise<SessionAnswer>;
  /** Puts an archived one back into the list. */
  unarchiveSession(sessionId: string): Promise<SessionAnswer>;
  /** Archives it; answers the empty one that takes its place. */
  clearSession(sessionId: string): Promise<SessionAnswer>;
  deleteSession(sessionId: string): Promise<unknown>;
  sendMessage(body: SendMessage): Promise<SentMessage>;
  regenerate(sessionId: string, body: Regenerate): Promise<SentMessage>;
  /** Shows the way that this message is on; answers what is shown then. */
  chooseVersion(sessionId: string, messageId: string): Promise<MessageList>;
  /** Ends this reply, and no other that runs by then. */
  cancel(sessionId: string, body: Cancel): Promise<CancelAnswer>;
}

export function createApi(connection: HmiConnection): PageApi {
  const r = hmiRoutes;
  // The HMI that answers is the one that served this page, so its answers have the contract's types.
  const call = async <Answer>(
    route: Route,
    path: string,
    body?: unknown,
    timeoutMs = ANSWER_TIMEOUT_MS,
  ): Promise<Answer> => {
    const response = await checked(route, path, {
      method: route.method,
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    try {
      return (await response.json()) as Answer;
    } catch {
      // It was cut off on the way.
      throw hmiUnreachable();
    }
  };
  /** Before it is said that the HMI does not answer, it is asked how it is. */
  const checked = async (route: Route, path: string, init: Parameters<typeof connection.request>[1]) => {
    try {
      return await connection.request(path, init);
    } catch (error) {
      if (route === r.health || !(error instanceof ApiError) || !isUnreachable(error)) throw error;
      const signal = AbortSignal.timeout(HEALTH_TIMEOUT_MS);
      const isThere = await connection.request(r.health.path(), { signal }).then(
        () => true,
        () => false,
      );
      throw isThere ? callLost() : error;
    }
  };
  return {
    health: () => call(r.health, r.health.path(), undefined, HEALTH_TIMEOUT_MS),
    models: () => call(r.models, r.models.path()),
    agents: () => call(r.agents, r.agents.path()),
    lastDoctorReport: () => call(r.doctor, r.doctor.path()),
    profiles: () => call(r.profiles, r.profiles.path()),
    newProfile: (draft) => call(r.newProfile, r.newProfile.path(), draft),
    updateProfile: (model_id, draft) => call(r.updateProfile, r.updateProfile.path({ model_id }), draft),
    deleteProfile: (model_id) => call(r.deleteProfile, r.deleteProfile.path({ model_id })),
    sessions: ({ modelId, ...page }) =>
      call(
        r.sessions,
        r.sessions.path(undefined, { ...page, model_id: modelId === null ? "none" : modelId }),
      ),
    messages: (session_id) => call(r.messages, r.messages.path({ session_id })),
    search: (q) => call(r.search, r.search.path(undefined, { q, limit: SEARCH_LIMIT })),
    resumeSession: (session_id) => call(r.resumeSession, r.resumeSession.path({ session_id })),
    renameSession: (session_id, title) =>
      call(r.renameSession, r.renameSession.path({ session_id }), { title }),
    archiveSession: (session_id) => call(r.archiveSession, r.archiveSession.path({ session_id })),
    unarchiveSession: (session_id) => call(r.unarchiveSession, r.unarchiveSession.path({ session_id })),
    clearSession: (session_id) => call(r.clearSession, r.clearSession.path({ session_id })),
    deleteSession: (session_id) => call(r.deleteSession, r.deleteSession.path({ session_id })),
    sendMessage: (body) => call(r.sendMessage, r.sendMessage.path(), body),
    regenerate: (session_id, body) => call(r.regenerate, r.regenerate.path({ session_id }), body),
    chooseVersion: (session_id, message_id) =>
      call(r.chooseVersion, r.chooseVersion.path({ session_id }), { message_id }),
    cancel: (session_id, body) => call(r.cancel, r.cancel.path({ session_id }), body),
  };
}
