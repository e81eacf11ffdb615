import type { ShownMessage } from "../chat-state.ts";
import { versionsOf } from "../unsaved-messages.ts";
import { IconButton } from "./IconButton.tsx";

interface VersionPagerProps {
  readonly message: ShownMessage;
  /** Shows a version, and tells which it is; undefined where that is not possible now. */
  readonly onChoose: ((messageId: string, words: string) => void) | undefined;
}

/** Which of a message's versions is shown, and the way to the others; nothing where there is only one. */
export function VersionPager({ message, onChoose }: VersionPagerProps) {
  const versions = versionsOf(message);
  if (versions.length < 2 || onChoose === undefined) return null;
  const at = versions.indexOf(message.message_id);
  const words = (place: number): string => `Version ${place + 1} of ${versions.length}`;
  const choose = (place: number) => (): void => {
    const version = versions[place];
    if (version !== undefined) onChoose(version, words(place));
  };
  return (
    <fieldset class="versions" aria-label={words(at)}>
      <IconButton icon="left" label="Earlier version" isOff={at <= 0} onClick={choose(at - 1)} />
      <span aria-hidden="true">
        {at + 1} / {versions.length}
      </span>
      <IconButton
        icon="right"
        label="Later version"
        isOff={at >= versions.length - 1}
        onClick={choose(at + 1)}
      />
    </fieldset>
  );
}
