/**
 * Reply streams that all pages of a browser have open at a time. It has six connections to one address: one more is for
 * the events of the user, and one has to be free, else no page could stop its reply, and no other one be opened.
 */
const STREAMS = 4;

/** How long a page keeps its stream where others wait for one, in milliseconds. */
const TURN_MS = 1_000;

const NAMES = Array.from({ length: STREAMS }, (_, index) => `reply-stream ${index}`);

/** Follows a reply until `turn` aborts, at the latest; it goes on in the next turn from where it was. */
export type Turns = <Outcome>(
  signal: AbortSignal,
  follow: (turn: AbortSignal) => Promise<Outcome>,
) => Promise<Outcome | undefined>;

/**
 * Has pages that are seen at the same time take turns with their reply streams, where there are more of them than
 * streams. Undefined where the signal aborted before the turn came. Browsers have locks for loopback addresses and https
 * only; elsewhere each page follows its reply at once.
 */
export const takeTurns: Turns = async (signal, follow) => {
  if (!navigator.locks) return await follow(signal);
  const name = await leastWanted();
  try {
    return await navigator.locks.request(name, { signal }, async () => {
      const turn = new AbortController();
      const timer = setInterval(async () => {
        if (await isWaitedFor(name)) turn.abort();
      }, TURN_MS);
      try {
        return await follow(AbortSignal.any([signal, turn.signal]));
      } finally {
        clearInterval(timer);
      }
    });
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
};

/** The stream that the fewest pages have or wait for; any of several, so that pages opened together spread. */
async function leastWanted(): Promise<string> {
  const { held = [], pending = [] } = await navigator.locks.query();
  const wanted = [...held, ...pending].map(({ name }) => name);
  const counts = NAMES.map((name) => wanted.filter((other) => other === name).length + Math.random() / 2);
  return NAMES[counts.indexOf(Math.min(...counts))] ?? "";
}

async function isWaitedFor(name: string): Promise<boolean> {
  const { pending = [] } = await navigator.locks.query();
  return pending.some((lock) => lock.name === name);
}
