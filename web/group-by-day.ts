import type { Session } from "../src/contract/hmi-schemas.ts";

/** Conversations of one stretch of time. */
export interface SessionGroup {
  readonly label: string;
  readonly sessions: readonly Session[];
}

/** Groups conversations, newest first, by when they were last used, in the time zone of `now`. */
export function groupByDay(sessions: readonly Session[], now: Date): readonly SessionGroup[] {
  const groups: { label: string; sessions: Session[] }[] = [];
  for (const session of sessions) {
    const label = labelOf(new Date(session.updated_at), now);
    const last = groups.at(-1);
    if (last?.label === label) last.sessions.push(session);
    else groups.push({ label, sessions: [session] });
  }
  return groups;
}

function labelOf(date: Date, now: Date): string {
  const days = daysBetween(date, now);
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days <= 7) return "Last 7 days";
  if (days <= 30) return "Last 30 days";
  return date.toLocaleDateString("en", { month: "long", year: "numeric" });
}

/** Counts midnights, also over a change of the clocks. */
function daysBetween(date: Date, now: Date): number {
  const midnight = (time: Date): number =>
    new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();
  return Math.round((midnight(now) - midnight(date)) / 86_400_000);
}
