import type { Screen } from "./screen.ts";

/** After this long somebody wonders whether anything still goes on, in milliseconds; and again after this long each time. */
const FIRST_MS = 10_000;
const AGAIN_MS = 60_000;

/** Says on a screen what is waited for, once that takes long. */
export interface SlowWait {
  /** From now on this is waited for, in place of what was before. */
  begin(what: string): void;
  /** Something else was said: whoever watches has seen that all goes on. */
  told(): void;
  end(): void;
}

interface SlowWaitOptions {
  /** Many short waits in a row are one long silence: it is told as often as a wait that is long. Else each wait begins anew. */
  readonly breaksSilence?: boolean;
}

/**
 * For a log or a pipe, where a line of progress is never shown: without a word, a wait of minutes looks like a hang. On
 * a terminal it is a line that the next one replaces.
 */
export function announceSlowWaits(aside: Screen, { breaksSilence = false }: SlowWaitOptions = {}): SlowWait {
  let timer: NodeJS.Timeout | undefined;
  let wait: { readonly what: string; readonly start: number } | undefined;
  const arm = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(tell, ms).unref();
  };
  const tell = (): void => {
    if (wait === undefined) return;
    const text = `  … ${wait.what}: for ${Math.round((performance.now() - wait.start) / 1_000)} s by now`;
    if (Number.isFinite(aside.width)) aside.progress(text);
    else aside.line(text);
    arm(breaksSilence ? FIRST_MS : AGAIN_MS);
  };
  return {
    begin(what) {
      const isFirst = wait === undefined;
      wait = { what, start: performance.now() };
      if (isFirst || !breaksSilence) arm(FIRST_MS);
    },
    told() {
      if (wait !== undefined) arm(FIRST_MS);
    },
    end() {
      clearTimeout(timer);
      wait = undefined;
    },
  };
}
