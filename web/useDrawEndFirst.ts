import { useEffect, useState } from "preact/hooks";

/** Messages at the end of a conversation that are drawn first: more than any screen shows. */
const AT_FIRST = 30;

/** Messages that are added with each further frame: few enough for what is typed meanwhile to be seen at once. */
const STEP = 250;

interface Drawn {
  readonly conversation: string | null;
  /** Counted from the end; Infinity once all were drawn. */
  readonly messages: number;
}

/**
 * The place of the first message that is drawn. Of a conversation that has just been opened the reader sees the end: that
 * is painted first, and then the rest is added in front of it, frame by frame, up to all of it.
 */
export function useDrawEndFirst(conversation: string | null, count: number): number {
  const [drawn, setDrawn] = useState<Drawn>({ conversation, messages: AT_FIRST });
  const messages = drawn.conversation === conversation ? drawn.messages : AT_FIRST;
  // Preact runs effects after the paint.
  useEffect(() => {
    if (count === 0 || messages === Infinity) return;
    setDrawn({ conversation, messages: messages < count ? messages + STEP : Infinity });
  }, [conversation, count, messages]);
  return Math.max(0, count - messages);
}
