/** Makes a queue: what is given to it is done one after the other, in the order in which it is given, whatever fails. */
export function createSerialQueue(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}

/** Makes as many queues as there are keys, each like {@link createSerialQueue}: what is given for other keys waits for nothing. */
export function createKeyedQueue(): {
  readonly add: <Result>(key: string, work: () => Promise<Result>) => Promise<Result>;
  /** Resolves when all that was given before is done. */
  readonly idle: () => Promise<void>;
} {
  const last = new Map<string, Promise<unknown>>();
  return {
    async add(key, work) {
      const done = (last.get(key) ?? Promise.resolve()).then(work);
      const settled = done.then(
        () => undefined,
        () => undefined,
      );
      last.set(key, settled);
      try {
        return await done;
      } finally {
        if (last.get(key) === settled) last.delete(key);
      }
    },
    async idle() {
      await Promise.all(last.values());
    },
  };
}
