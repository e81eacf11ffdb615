import type { Screen } from "./screen.ts";

/** After this long somebody wonders whether anything still goes on, in milliseconds; and again after this long each time. */
const FIRST_MS = 10_000;
const AGAIN_MS = 60_000;

/** Says on a screen what is waited for, once that takes long. */
export interface SlowWait {
  /** From now on this is waited for, in place of what was before. */
  begin(what: string): void;
  end(): void;
}

/**
 * For a log or a pipe, where a line of progress is never shown: without a word, a wait of minutes looks like a hang. On
 * a terminal it is a line that the next one replaces.
 */
export function announceSlowWaits(aside: Screen): SlowWait {
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => clearTimeout(timer);
  return {
    begin(what) {
      end();
      const start = performance.now();
      const tell = (): void => {
        const text = `  … ${what}: for ${Math.round((performance.now() - start) / 1_000)} s by now`;
        if (Number.isFinite(aside.width)) aside.progress(text);
        else aside.line(text);
        timer = setTimeout(tell, AGAIN_MS).unref();
      };
      timer = setTimeout(tell, FIRST_MS).unref();
    },
    end,
  };
}
