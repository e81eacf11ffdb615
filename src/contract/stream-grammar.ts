import type { StreamEvent } from "./event-schemas.ts";

const PIECES = { thinking: "writing", token: "writing" } as const;
const ENDINGS = { complete: "complete", cancelled: "cancelled", "status error": "failing" } as const;
const WRITING = { ...PIECES, repeating: "repeating", ...ENDINGS } as const;

/**
 * The order that the events of one stream must keep (contract, section 1):
 *
 *     stream = started planning context_trimmed? executing queued? loading? status(thinking)?
 *              (thinking | token | repeating)* ending
 *     ending = complete usage done(stop|length)
 *            | cancelled usage done(cancelled)
 *            | status(error) error usage? done(error)
 *
 * Each state lists what may follow; `end` is the only state in which a stream may stop.
 */
const FOLLOWING = {
  start: { started: "started" },
  started: { planning: "planning" },
  planning: { context_trimmed: "trimmed", executing: "executing" },
  trimmed: { executing: "executing" },
  executing: { queued: "queued", loading: "loading", "status thinking": "writing", ...WRITING },
  queued: { loading: "loading", "status thinking": "writing", ...WRITING },
  loading: { "status thinking": "writing", ...WRITING },
  writing: WRITING,
  repeating: { thinking: "repeating", token: "repeating", ...ENDINGS },
  complete: { usage: "counted" },
  counted: { "done stop": "end", "done length": "end" },
  cancelled: { usage: "cancelled counted" },
  "cancelled counted": { "done cancelled": "end" },
  failing: { error: "failed" },
  failed: { usage: "failed counted", "done error": "end" },
  "failed counted": { "done error": "end" },
  end: {},
} as const satisfies Record<string, Record<string, string>>;

type State = keyof typeof FOLLOWING;

/** Where a stream breaks the grammar. */
export interface GrammarFault {
  /** Index of the offending event; the length of the list where the stream stopped too early. */
  readonly index: number;
  /** What may stand there. */
  readonly expected: readonly string[];
  /** What stands there, or "end of stream". */
  readonly found: string;
}

/**
 * The first place where the events of one whole stream break the grammar; undefined where they keep it. Of a
 * backend that is known to have no `error` event, the failure's ending is status(error) usage? done(error); of one
 * without `started`, a stream begins with planning.
 */
export function findGrammarFault(
  events: readonly StreamEvent[],
  {
    hasErrorEvent = true,
    hasStarted = true,
  }: { readonly hasErrorEvent?: boolean; readonly hasStarted?: boolean } = {},
): GrammarFault | undefined {
  let state: State = hasStarted ? "start" : "started";
  for (const [index, event] of events.entries()) {
    if (state === "failing" && !hasErrorEvent) state = "failed";
    const following: Partial<Record<string, State>> = FOLLOWING[state];
    const found = symbolOf(event);
    const next = following[found];
    if (next === undefined) return { index, expected: expectedIn(state), found };
    state = next;
  }
  if (state === "end") return undefined;
  return { index: events.length, expected: expectedIn(state), found: "end of stream" };
}

function expectedIn(state: State): readonly string[] {
  const symbols = Object.keys(FOLLOWING[state]);
  return symbols.length === 0 ? ["end of stream"] : symbols;
}

function symbolOf(event: StreamEvent): string {
  // These two are also the names of events.
  const isAlsoEvent = (status: string): boolean => status === "error" || status === "thinking";
  if (event.type === "status_update") {
    return isAlsoEvent(event.status) ? `status ${event.status}` : event.status;
  }
  if (event.type === "notice") return event.code;
  if (event.type === "done") return `done ${event.finish_reason}`;
  return event.type;
}
