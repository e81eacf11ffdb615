/**
 * Work of which never two run at once. Whoever asks while it runs waits for one more run, which begins after it and is the
 * same for all of them: what they have heard of, the one that runs may have missed.
 */
export function oneRunAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const start = (): Promise<void> => {
    next = undefined;
    running = work().finally(() => {
      // Else the next one is about to begin.
      if (next === undefined) running = undefined;
    });
    return running;
  };
  return () => {
    if (running === undefined) return start();
    next ??= running.then(start, start);
    return next;
  };
}
