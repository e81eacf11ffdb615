import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Session } from "../../src/contract/hmi-schemas.ts";
import type { Profile } from "../../src/contract/profile-schemas.ts";
import { titleOf } from "../chat-selectors.ts";
import type { ListMutations } from "../list-mutations.ts";
import type { FoundSessions } from "../list-newest-sessions.ts";
import { pageProblemOf } from "../page-problem.ts";
import { useFocusWhenDrawn } from "../useFocusWhenDrawn.ts";
import { Dialog } from "./Dialog.tsx";
import { DialogFooter } from "./DialogFooter.tsx";
import { SessionLink } from "./SessionLink.tsx";

/** How many are listed at first, and how many more each time. */
const STEP = 50;

interface ArchivedDialogProps {
  readonly keeper: ListMutations;
  readonly profiles: readonly Profile[];
  readonly onClose: () => void;
}

/** The archived conversations, to open them or to bring them back. */
export function ArchivedDialog({ keeper, profiles, onClose }: ArchivedDialogProps) {
  const [length, setLength] = useState(STEP);
  const [words, setWords] = useState("");
  const [found, setFound] = useState<FoundSessions>();
  const list = useRef<HTMLUListElement>(null);
  const focusWhenDrawn = useFocusWhenDrawn(found);
  const load = useCallback(async (): Promise<void> => {
    try {
      setFound(await keeper.archived(length));
    } catch (error) {
      setWords(pageProblemOf(error, null).message);
    }
  }, [keeper, length]);
  useEffect(() => void load(), [load]);
  const restore = async (session: Session, place: number): Promise<void> => {
    const problem = await keeper.unarchive(session);
    setWords(problem?.message ?? `“${titleOf(session)}” is back in the list.`);
    // The next one takes the place of what was pressed; after the last, what closes the dialog.
    const next = () => list.current?.querySelectorAll("button").item(place) ?? lastButtonBeside(list.current);
    focusWhenDrawn(next);
    await load();
  };
  const showOlder = (): void => {
    const { length: before = 0 } = found?.sessions ?? [];
    focusWhenDrawn(() => list.current?.querySelectorAll("a").item(before));
    setLength(length + STEP);
  };
  const { sessions = [], total } = found ?? {};
  return (
    <Dialog title="Archived conversations" onClose={onClose}>
      {(close) => (
        <>
          <p class="note" role="status">
            {total === 0 && words === "" ? "Nothing is archived." : words}
          </p>
          <ul ref={list} class="sessions" aria-label="Archived">
            {sessions.map((session, place) => (
              <li key={session.session_id}>
                <SessionLink session={session} profiles={profiles} onChoose={close} />
                <button
                  type="button"
                  aria-label={`Restore ${titleOf(session)}`}
                  onClick={() => void restore(session, place)}
                >
                  Restore
                </button>
              </li>
            ))}
          </ul>
          <DialogFooter close={close}>
            {total !== undefined && sessions.length < total && (
              <button type="button" class="apart" onClick={showOlder}>
                Show older
              </button>
            )}
          </DialogFooter>
        </>
      )}
    </Dialog>
  );
}

function lastButtonBeside(list: HTMLElement | null): HTMLElement | undefined {
  return [...(list?.closest("dialog")?.querySelectorAll("button") ?? [])].at(-1);
}
