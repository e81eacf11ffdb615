import type { Session, SessionList } from "../src/contract/hmi-schemas.ts";
import { LIST_LIMIT, type PageApi, type SessionsFilter } from "./page-api.ts";

/** Conversations, the newest first, and how many there are in all. */
export type FoundSessions = Pick<SessionList, "sessions" | "total">;

/** This many conversations of a kind, the newest first, in as many calls as it takes. Throws an ApiError. */
export async function listNewestSessions(
  api: PageApi,
  filter: SessionsFilter,
  length: number,
): Promise<FoundSessions> {
  // One that moves up between two calls would come twice.
  const found = new Map<string, Session>();
  for (let offset = 0; ; offset += LIST_LIMIT) {
    const limit = Math.min(length - offset, LIST_LIMIT);
    const { sessions, total } = await api.sessions({ ...filter, limit, offset });
    for (const session of sessions) found.set(session.session_id, session);
    if (offset + LIST_LIMIT >= Math.min(length, total)) return { sessions: [...found.values()], total };
  }
}
