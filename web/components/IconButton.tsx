import type { Ref } from "preact";
import { Icon, type IconName } from "./Icon.tsx";

interface IconButtonProps {
  readonly icon: IconName;
  /** Its name: for screen readers, and shown where the pointer rests on it. */
  readonly label: string;
  /** What is shown in place of the name, where a key is worth telling. */
  readonly title?: string;
  readonly class?: string;
  readonly isExpanded?: boolean;
  /** There is nothing to press it for now. It keeps the focus that it has, which a disabled one would lose. */
  readonly isOff?: boolean;
  readonly buttonRef?: Ref<HTMLButtonElement>;
  readonly onPointerDown?: () => void;
  readonly onClick: () => void;
}

/** A quiet button that is only a picture. */
export function IconButton(props: IconButtonProps) {
  const { icon, label, title = label, class: extra, isExpanded, isOff, buttonRef } = props;
  const { onPointerDown, onClick } = props;
  return (
    <button
      ref={buttonRef ?? null}
      type="button"
      class={extra === undefined ? "quiet" : `quiet ${extra}`}
      aria-label={label}
      aria-expanded={isExpanded}
      aria-disabled={isOff}
      title={title}
      onPointerDown={onPointerDown}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
