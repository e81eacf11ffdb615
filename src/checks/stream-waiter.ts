import { CouldNotRun } from "../harness/define-check.ts";
import type { SeenStream } from "../targets/http-client.ts";
import { afterWaiting } from "../targets/unstalled-time.ts";
import { endInWords } from "./stream-endings.ts";

/**
 * Waits for items of a reply's stream while it is read. A stream that has begun to talk and then is silent for too long is
 * given up; before that, a model may be loading.
 */
export class StreamWaiter<Item> {
  readonly #came: Item[] = [];
  readonly #waiting = new Set<{ isIt: (item: Item) => boolean; resolve: () => void }>();
  readonly #patienceMs: number;
  readonly #giveUp: () => void;
  #callOff: (() => void) | undefined;
  #hasEnded = false;

  constructor(patienceMs: number, giveUp: () => void) {
    this.#patienceMs = patienceMs;
    this.#giveUp = giveUp;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Takes what has come; `isTalk` where more of it must soon follow. */
  take(item: Item, { isTalk }: { readonly isTalk: boolean }): void {
    this.#came.push(item);
    for (const wait of this.#waiting) if (wait.isIt(item)) wait.resolve();
    if (isTalk) this.expectTalk();
  }

  /** From now on something must come. */
  expectTalk(): void {
    this.waitOn(this.#patienceMs);
  }

  /** The same, with this patience, in milliseconds. */
  waitOn(patienceMs: number): void {
    this.#callOff?.();
    if (!this.#hasEnded) this.#callOff = afterWaiting(patienceMs, this.#giveUp);
  }

  /** The stream's end: nothing more is waited for after it. */
  endWith<Stream>(stream: Promise<Stream>): Promise<Stream> {
    const ended = stream.finally(() => {
      this.#hasEnded = true;
      this.#callOff?.();
    });
    // Whoever waits for the end is told; nobody may.
    ended.catch(() => undefined);
    return ended;
  }

  /** Resolves once it has come. Rejects with {@link CouldNotRun} where the reply ends before, with how it ended. */
  async until(
    ended: Promise<SeenStream>,
    { what, of }: { readonly what: string; readonly of: string },
    isIt: (item: Item) => boolean,
  ): Promise<void> {
    if (this.#came.some(isIt)) return;
    const came = Promise.withResolvers<void>();
    this.#waiting.add({ isIt, resolve: came.resolve });
    const tooLate = ended.then((stream) => {
      const { end, unawaited } = stream;
      if (end === "given-up") {
        const why = unawaited === undefined ? "nothing more of it came" : unawaited;
        throw new CouldNotRun(`${of} was given up before ${what} came: ${why}`);
      }
      throw new CouldNotRun(`${of} ended before ${what} came, with ${endInWords(stream)}`);
    });
    await Promise.race([came.promise, tooLate]);
  }
}
