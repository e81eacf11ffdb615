import type { Piece } from "./highlight-code.ts";

/** What is to be coloured. */
export interface ColouringJob {
  readonly code: string;
  /** As it was written. */
  readonly language: string;
}

/** What the worker says: once that it is there, and then an answer to each job. */
export type ColouringAnswer = "ready" | { readonly pieces: readonly Piece[] | undefined };

/**
 * What became of a job: its pieces; `plain` where its language is not known, or it is nested too deep; `late` where
 * it took too long.
 */
export type Colouring = readonly Piece[] | "plain" | "late";

/**
 * Longest time for one block, in milliseconds. Code that a person would write takes a tenth of it; a grammar's
 * expressions can be made to take hours by a few kilobytes.
 */
const DEADLINE = 1_000;

/** Characters of code whose colours are kept, so that a conversation that is opened again has them at once. */
const MAX_KEPT = 500_000;

/** The address of the built worker; the build sets it. */
declare const HIGHLIGHT_WORKER: string;

/** Those that are coloured, or waited for; the oldest first. */
const kept = new Map<string, Colouring>();
let keptChars = 0;

interface Waiting {
  readonly key: string;
  readonly job: ColouringJob;
  /** False for code that grows: it is another one with each piece. */
  readonly isKept: boolean;
  readonly done: (colouring: Colouring) => void;
}

const queue: Waiting[] = [];
let worker: Worker | undefined;
let isReady = false;
let running: { readonly waiting: Waiting; readonly deadline: ReturnType<typeof setTimeout> } | undefined;

/** What was found out about this code before. */
export function knownColouring(job: ColouringJob): Colouring | undefined {
  return kept.get(keyOf(job));
}

/**
 * Has code coloured, in a worker, so that nothing that a model writes can hold the page up. Returns what withdraws
 * the wish; `done` is not called after that, and never where there is no worker to be had. What is kept is known
 * from then on.
 */
export function requestColouring(
  job: ColouringJob,
  isKept: boolean,
  done: (colouring: Colouring) => void,
): () => void {
  const waiting = { key: keyOf(job), job, isKept, done };
  queue.push(waiting);
  startNext();
  return () => {
    const index = queue.indexOf(waiting);
    if (index >= 0) queue.splice(index, 1);
  };
}

function startNext(): void {
  if (running !== undefined || queue.length === 0) return;
  worker ??= startWorker();
  if (!isReady) return;
  const waiting = queue[0];
  if (waiting === undefined) return;
  const known = kept.get(waiting.key);
  if (known !== undefined) {
    queue.shift()?.done(known);
    startNext();
    return;
  }
  running = { waiting, deadline: setTimeout(() => finish("late"), DEADLINE) };
  worker.postMessage(waiting.job);
}

function startWorker(): Worker {
  const started = new Worker(HIGHLIGHT_WORKER, { type: "module" });
  started.onmessage = ({ data }: MessageEvent<ColouringAnswer>) => {
    if (started !== worker) return;
    if (data === "ready") {
      isReady = true;
      startNext();
    } else {
      finish(data.pieces ?? "plain");
    }
  };
  // Code is legible without colours; the next block tries again.
  started.onerror = () => {
    if (started !== worker) return;
    if (running === undefined) queue.splice(0);
    endWorker();
    if (running !== undefined) finish("plain");
  };
  return started;
}

function endWorker(): void {
  worker?.terminate();
  worker = undefined;
  isReady = false;
}

/** The job that runs is done, or given up. */
function finish(colouring: Colouring): void {
  if (running === undefined) return;
  const { waiting, deadline } = running;
  clearTimeout(deadline);
  running = undefined;
  if (colouring === "late") endWorker();
  if (waiting.isKept) keep(waiting, colouring);
  const index = queue.indexOf(waiting);
  if (index >= 0) {
    queue.splice(index, 1);
    waiting.done(colouring);
  }
  startNext();
}

function keep({ key }: Waiting, colouring: Colouring): void {
  kept.set(key, colouring);
  keptChars += key.length;
  for (const oldest of kept.keys()) {
    if (keptChars <= MAX_KEPT) break;
    kept.delete(oldest);
    keptChars -= oldest.length;
  }
}

function keyOf({ code, language }: ColouringJob): string {
  return `${language}\n${code}`;
}
