import type { ShownMessage } from "../chat-state.ts";
import { speedDetails, speedText } from "../reply-timing.ts";

/** How fast a reply was; where the pointer rests on it, what the time went into. */
export function ReplySpeed({ message }: { readonly message: ShownMessage }) {
  const text = speedText(message);
  return text === "" ? null : (
    <span class="speed" title={speedDetails(message)}>
      {text}
    </span>
  );
}
