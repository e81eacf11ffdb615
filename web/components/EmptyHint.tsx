import type { Profile } from "../../src/contract/profile-schemas.ts";

/** What stands where nothing was said yet: what the conversation will be about, and the keys to write it with. */
export function EmptyHint({ profile }: { readonly profile: Profile | undefined }) {
  return (
    <div class="empty">
      {profile !== undefined && profile.description !== "" && <p>{profile.description}</p>}
      <p class="keys">
        <kbd>Enter</kbd> sends, <kbd>Shift+Enter</kbd> breaks the line, <kbd>Esc</kbd> stops a reply.
      </p>
    </div>
  );
}
