import type { Profile } from "../../src/contract/profile-schemas.ts";
import { newAddress } from "../page-address.ts";
import type { DialogName } from "./Dialogs.tsx";
import { IconButton } from "./IconButton.tsx";

interface ProfileListProps {
  readonly profiles: readonly Profile[];
  /** The open one; null for none. */
  readonly openId: number | null;
  readonly onChoose: () => void;
  readonly onDialog: (dialog: DialogName) => void;
}

/** The model profiles, each a link to a new conversation of its own. */
export function ProfileList({ profiles, openId, onChoose, onDialog }: ProfileListProps) {
  return (
    <section class="profiles" aria-label="Profiles">
      <div class="heading">
        <h2>Profiles</h2>
        <IconButton
          icon="plus"
          label="New profile"
          onClick={() => onDialog({ kind: "profile", profile: null })}
        />
      </div>
      {profiles.length > 0 && (
        <ul class="list">
          <li>
            <a href={newAddress(null)} onClick={onChoose} aria-current={openId === null ? "true" : undefined}>
              General
            </a>
          </li>
          {profiles.map((profile) => (
            <li key={profile.model_id}>
              <a
                href={newAddress(profile.model_id)}
                onClick={onChoose}
                dir="auto"
                title={profile.description || undefined}
                aria-current={profile.model_id === openId ? "true" : undefined}
              >
                {profile.name}
              </a>
              <IconButton
                icon="pen"
                label={`Edit ${profile.name}`}
                onClick={() => onDialog({ kind: "profile", profile })}
              />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
