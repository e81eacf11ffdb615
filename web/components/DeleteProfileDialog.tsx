import { useState } from "preact/hooks";
import type { Profile } from "../../src/contract/profile-schemas.ts";
import type { ChangeOutcome, ListMutations } from "../list-mutations.ts";
import type { FoundSessions } from "../list-newest-sessions.ts";
import { pageProblemOf } from "../page-problem.ts";
import { ConfirmDialog } from "./ConfirmDialog.tsx";
import { SessionLink } from "./SessionLink.tsx";

/** How many of the conversations that keep a profile are listed: who has more deletes these first. */
const LISTED = 50;

interface DeleteProfileDialogProps {
  readonly keeper: ListMutations;
  readonly profile: Profile;
  readonly onClose: () => void;
}

/** Asks before a profile is deleted. One that has conversations is kept: then it lists them, archived ones too. */
export function DeleteProfileDialog({ keeper, profile, onClose }: DeleteProfileDialogProps) {
  const [kept, setKept] = useState<FoundSessions>({ sessions: [], total: 0 });
  const remove = async (): Promise<ChangeOutcome> => {
    const outcome = await keeper.removeProfile(profile);
    if (outcome === null) return null;
    try {
      setKept(await keeper.conversationsOf(profile, LISTED));
    } catch (error) {
      // The same trouble is told already, or this one is.
      return pageProblemOf(error, null);
    }
    return outcome;
  };
  const more = kept.total - kept.sessions.length;
  return (
    <ConfirmDialog
      title="Delete this profile?"
      text={`“${profile.name}” and its instructions are removed for good. A profile that still has conversations, archived ones too, is kept.`}
      action="Delete"
      onConfirm={remove}
      onClose={onClose}
    >
      {kept.total > 0 && (
        <ul class="sessions" aria-label="Its conversations">
          {kept.sessions.map((session) => (
            <li key={session.session_id}>
              <SessionLink session={session} note={session.archived ? "archived" : ""} onChoose={onClose} />
            </li>
          ))}
          {more > 0 && <li>and {more.toLocaleString("en")} more</li>}
        </ul>
      )}
    </ConfirmDialog>
  );
}
