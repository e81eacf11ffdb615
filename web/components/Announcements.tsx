import { useCallback, useEffect, useState } from "preact/hooks";

/** How long a text stays, in milliseconds: screen readers have taken it by then, and it stands in the conversation. */
const KEPT_MS = 20_000;

interface Announcement {
  readonly key: number;
  readonly text: string;
}

/** What screen readers are to say, and how to add to it. */
export interface Announcer {
  readonly announcements: readonly Announcement[];
  announce(text: string): void;
}

export function useAnnouncer(): Announcer {
  const [announcements, setAnnouncements] = useState<readonly Announcement[]>([]);
  const announce = useCallback((text: string): void => {
    setAnnouncements((before) => [...before, { key: (before.at(-1)?.key ?? 0) + 1, text }]);
  }, []);
  useEffect(() => {
    if (announcements.length === 0) return undefined;
    const timer = setTimeout(() => setAnnouncements([]), KEPT_MS);
    return () => clearTimeout(timer);
  }, [announcements]);
  return { announcements, announce };
}

/**
 * What has been finished of a reply, for screen readers alone. A region of its own: one that holds the reply itself would
 * be read token by token, and of one that is `aria-busy` meanwhile nothing is ever read.
 */
export function Announcements({ announcements }: Pick<Announcer, "announcements">) {
  return (
    <div class="unseen announcements" aria-live="polite" aria-relevant="additions">
      {announcements.map(({ key, text }) => (
        <p key={key}>{text}</p>
      ))}
    </div>
  );
}
