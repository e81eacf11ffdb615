import { useEffect, useState } from "preact/hooks";

type Highlight = typeof import("./highlight.ts").highlight;

let highlight: Highlight | undefined;
let loading: Promise<Highlight> | undefined;

/** The highlighter, once it is here: it is loaded when code first wants it. */
export function useHighlight(isWanted: boolean): Highlight | undefined {
  const [loaded, setLoaded] = useState(() => highlight);
  useEffect(() => {
    if (!isWanted || loaded !== undefined) return undefined;
    let isMounted = true;
    load().then(
      (result) => isMounted && setLoaded(() => result),
      // Code is legible without colours; the next block tries again.
      () => {
        loading = undefined;
      },
    );
    return () => {
      isMounted = false;
    };
  }, [isWanted, loaded]);
  return loaded;
}

async function load(): Promise<Highlight> {
  loading ??= import("./highlight.ts").then((module) => module.highlight);
  highlight = await loading;
  return highlight;
}
