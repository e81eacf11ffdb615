import { useState } from "preact/hooks";
import type { EngineModel } from "../../src/contract/common-schemas.ts";
import type { Profile, ProfileDraft } from "../../src/contract/profile-schemas.ts";
import type { ChangeOutcome } from "../list-mutations.ts";
import { type FieldErrors, parseProfile, profileFieldsOf } from "../profile-form.ts";
import { Dialog } from "./Dialog.tsx";
import { ErrorMessage } from "./ErrorMessage.tsx";
import { ProfileFieldset } from "./ProfileFieldset.tsx";

interface ProfileDialogProps {
  /** Null for a new one. */
  readonly profile: Profile | null;
  readonly models: readonly EngineModel[];
  readonly onSave: (draft: ProfileDraft) => Promise<ChangeOutcome>;
  readonly onDelete: () => void;
  readonly onClose: () => void;
}

/** Makes a profile, or changes one. */
export function ProfileDialog({ profile, models, onSave, onDelete, onClose }: ProfileDialogProps) {
  const [fields, setFields] = useState(() => profileFieldsOf(profile));
  const [errors, setErrors] = useState<FieldErrors>({});
  const [problem, setProblem] = useState<ChangeOutcome>(null);
  return (
    <Dialog title={profile === null ? "New profile" : "Edit profile"} onClose={onClose}>
      {(close) => {
        const save = async (): Promise<void> => {
          const parsed = parseProfile(fields);
          setErrors(parsed.errors ?? {});
          if (parsed.draft === null) return;
          const outcome = await onSave(parsed.draft);
          setProblem(outcome);
          if (outcome === null) close();
        };
        return (
          <form
            class="profile-form"
            // What is wrong is said beside the field, in words of our own.
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              void save();
            }}
          >
            <ProfileFieldset fields={fields} errors={errors} models={models} onChange={setFields} />
            {problem !== null && (
              <div class="trouble" role="alert">
                <ErrorMessage message={problem.message} hint={problem.hint} />
              </div>
            )}
            <div class="buttons">
              {profile !== null && (
                <button type="button" class="danger apart" onClick={onDelete}>
                  Delete
                </button>
              )}
              <button type="button" onClick={close}>
                Cancel
              </button>
              <button type="submit" class="primary">
                Save
              </button>
            </div>
          </form>
        );
      }}
    </Dialog>
  );
}
