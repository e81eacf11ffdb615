import { type Session, SessionList } from "../contract/hmi-schemas.ts";
import type { Profile } from "../contract/profile-schemas.ts";
import { hmiRoutes } from "../contract/routes.ts";
import { answerExcerpt } from "./answer-excerpt.ts";
import type { HttpClient, SeenCall } from "./http-client.ts";

/** Conversations are looked for this many times: a message that was cut off may reach one only now. */
const ATTEMPTS = 3;

/** Conversations that are asked for at once. */
const MOST_LISTED = 100;

/**
 * Deletes a profile of the HMI, and before it its conversations, which keep it from being deleted.
 *
 * @param deleteConversation how one of them is deleted; it may refuse by an error, and then the profile stays
 * @throws Error saying what was answered instead
 */
export async function deleteProfile(
  hmi: HttpClient,
  { model_id }: Pick<Profile, "model_id">,
  signal: AbortSignal,
  deleteConversation = (session: Session) => deleteAt(hmi, hmiRoutes.deleteSession.path(session), signal),
): Promise<void> {
  const list = hmiRoutes.sessions.path(undefined, { model_id, limit: MOST_LISTED });
  const path = hmiRoutes.deleteProfile.path({ model_id });
  for (let attempt = 1; ; attempt += 1) {
    const { request, status, body } = await hmi.call("GET", list, { signal });
    if (status !== 200) throw new Error(`${request} answered ${status}`);
    for (const session of SessionList.parse(body).sessions) await deleteConversation(session);
    const answer = await hmi.call("DELETE", path, { signal });
    if (isGone(answer)) return;
    if (attempt === ATTEMPTS) throw notDeleted(answer);
  }
}

/** Deletes what is at this path; that it is gone already is as good. @throws Error saying what was answered instead */
export async function deleteAt(hmi: HttpClient, path: string, signal: AbortSignal): Promise<void> {
  const answer = await hmi.call("DELETE", path, { signal });
  if (!isGone(answer)) throw notDeleted(answer);
}

function isGone({ status }: SeenCall): boolean {
  return status === 200 || status === 404;
}

function notDeleted(answer: SeenCall): Error {
  return new Error(`${answer.request} answered ${answer.status}: ${answerExcerpt(answer)}`);
}
