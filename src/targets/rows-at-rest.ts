import type { SeenRow } from "./drivers/reply-facts.ts";
import { type PollOptions, pollUntil } from "./poll-until.ts";
import { beginWaiting } from "./unstalled-time.ts";

/** How rows are looked at until they can be judged. */
export interface RestOptions extends PollOptions {
  readonly look: () => Promise<readonly SeenRow[]>;
  /** Whether nothing is wrong with them: they are not looked at again. */
  readonly isWell: (rows: readonly SeenRow[]) => boolean;
  /** How long they must stand still before what is wrong with them is told, in milliseconds. */
  readonly restMs: (rows: readonly SeenRow[], seen: { readonly haveChanged: boolean }) => number;
  /** Whether the reply is known to be written still, whatever its rows show: asked before they are taken to stand still. */
  readonly isWritten?: () => Promise<boolean>;
  /** What goes on changing is looked at for this long, in milliseconds, or longer where it is written slowly. */
  readonly leastMs: number;
}

/** Rows as they were seen last. */
export interface RestingRows {
  readonly rows: readonly SeenRow[];
  /** Why they cannot be judged: they had not come to rest; left out where they had. */
  readonly unrest?: string;
}

/**
 * Looks at a conversation's rows until they are well, or at rest: a back end may save a reply as it grows, in one row or in
 * several that it makes one later, and what is not at rest says nothing of what is kept.
 */
export async function rowsAtRest({
  look,
  isWell,
  restMs,
  isWritten = async () => false,
  leastMs,
  ...polling
}: RestOptions): Promise<RestingRows> {
  // Rows that nobody could look at meanwhile were not seen to stand still.
  using wait = beginWaiting();
  const changes = new RowChanges(wait.elapsedMs());
  let isOver = false;
  const lookAndJudge = async (): Promise<readonly SeenRow[]> => {
    const seen = await look();
    const now = wait.elapsedMs();
    const stillMs = changes.look(seen, now);
    isOver = isWell(seen) || stillMs > restMs(seen, changes);
    if (isOver && !isWell(seen) && (await isWritten())) {
      isOver = false;
      changes.noteWritten(now);
    }
    return seen;
  };
  const isEnough = (): boolean => isOver || wait.elapsedMs() > changes.patienceMs(leastMs);
  const rows = await pollUntil(polling, Number.POSITIVE_INFINITY, lookAndJudge, isEnough);
  return isOver ? { rows } : { rows, unrest: changes.words(wait.elapsedMs()) };
}

/** Whether what is saved still changes, by looks at its rows. */
export class RowChanges {
  readonly #startMs: number;
  #first: { readonly chars: number; readonly atMs: number } | undefined;
  #print: string | undefined;
  #chars = 0;
  #changedAtMs: number;
  #isWrittenUnseen = false;

  /** @param startMs when the waiting began, by the clock of {@link RowChanges.look} */
  constructor(startMs: number) {
    this.#startMs = startMs;
    this.#changedAtMs = startMs;
  }

  /** Whether anything is another than at the first look. */
  get haveChanged(): boolean {
    return this.#changedAtMs > this.#startMs;
  }

  /** Takes what is seen now; returns for how long nothing has changed, in milliseconds. */
  look(rows: readonly SeenRow[], nowMs: number): number {
    const print = printOf(rows);
    this.#chars = charsOf(rows);
    this.#first ??= { chars: this.#chars, atMs: nowMs };
    if (this.#print !== undefined && print !== this.#print) {
      this.#changedAtMs = nowMs;
      this.#isWrittenUnseen = false;
    }
    this.#print = print;
    return nowMs - this.#changedAtMs;
  }

  /** Takes that the reply is written at this time, though its rows do not show it. */
  noteWritten(nowMs: number): void {
    this.#changedAtMs = nowMs;
    this.#isWrittenUnseen = true;
  }

  /** For how long what changes is waited for, in milliseconds: as long as a long reply takes, at the pace at which it is written. */
  patienceMs(leastMs: number): number {
    const { chars, atMs } = this.#first ?? { chars: 0, atMs: this.#startMs };
    const written = this.#chars - chars;
    const longMs = written > 0 ? longReplyMs((this.#changedAtMs - atMs) / written) : 0;
    return Math.max(leastMs, longMs);
  }

  /** What is said where it goes on for too long. */
  words(nowMs: number): string {
    const seconds = Math.round((nowMs - this.#startMs) / 1000);
    if (this.#isWrittenUnseen) {
      return `the engine was still writing the reply after ${seconds} s of waiting: how it ends was not seen`;
    }
    return `what is saved of the reply was still changing after ${seconds} s of waiting, with ${this.#chars} characters by then: how it ends was not seen`;
  }
}

/** How long a long reply takes, in milliseconds, of which a character takes this many; no longer than is worth waiting for. */
export function longReplyMs(msPerChar: number): number {
  return Math.min(LONG_REPLY_CHARS * msPerChar, MOST_PATIENCE_MS);
}

/** Twice as long as what is asked for where nothing can say how long a reply may be: "Count to 200". */
const LONG_REPLY_CHARS = 2_000;

/** What is waited for longer than this is not worth knowing. */
const MOST_PATIENCE_MS = 200_000;

function printOf(rows: readonly SeenRow[]): string {
  return JSON.stringify(
    rows.map(({ message_id, role, content, thinking, status }) => [
      message_id,
      role,
      content,
      thinking,
      status,
    ]),
  );
}

function charsOf(rows: readonly SeenRow[]): number {
  return rows.reduce((sum, { role, content, thinking }) => {
    return role === "user" ? sum : sum + content.length + (thinking?.length ?? 0);
  }, 0);
}
