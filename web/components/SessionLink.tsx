import type { Session } from "../../src/contract/hmi-schemas.ts";
import type { Profile } from "../../src/contract/profile-schemas.ts";
import { titleOf } from "../chat-selectors.ts";
import { pagePathOf } from "../page-address.ts";

interface SessionLinkProps {
  readonly session: Session;
  /** To name the one that it belongs to; none where that is known. */
  readonly profiles?: readonly Profile[];
  /** What is to be known of it beside its title. */
  readonly note?: string;
  readonly onChoose: () => void;
}

/** A conversation in a list of a dialog, as a link to its address. */
export function SessionLink({ session, profiles = [], note = "", onChoose }: SessionLinkProps) {
  const { session_id: sessionId, model_id: modelId } = session;
  const profile = profiles.find(({ model_id }) => model_id === modelId)?.name ?? "";
  const beside = [profile, note].filter(Boolean).join(" · ");
  return (
    <a href={pagePathOf({ sessionId, modelId })} onClick={onChoose}>
      <span dir="auto">{titleOf(session)}</span>
      {beside !== "" && <span class="beside">{beside}</span>}
    </a>
  );
}
