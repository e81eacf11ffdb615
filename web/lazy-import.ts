import { useEffect, useState } from "preact/hooks";

/** A script that the first paint can do without. */
export interface LazyImport<T> {
  /** Undefined until it is there. */
  readonly loaded: T | undefined;
  /** Undefined where it cannot be had, as after the HMI has got another version: then it is tried again the next time. */
  load(): Promise<T | undefined>;
}

export function lazyImport<T>(importIt: () => Promise<T>): LazyImport<T> {
  let loaded: T | undefined;
  let loading: Promise<T | undefined> | undefined;
  const load = async (): Promise<T | undefined> => {
    try {
      loaded = await importIt();
    } catch {
      loading = undefined;
    }
    return loaded;
  };
  return {
    get loaded() {
      return loaded;
    },
    load() {
      loading ??= load();
      return loading;
    },
  };
}

/** The script, as soon as it is there; a component that uses it asks for it. */
export function useLazyImport<T>(script: LazyImport<T>): T | undefined {
  const [loaded, setLoaded] = useState(() => script.loaded);
  useEffect(() => {
    if (loaded === undefined) void script.load().then((value) => setLoaded(() => value));
  }, [script, loaded]);
  return loaded;
}
