import type { UserEvent } from "../../contract/hmi-schemas.ts";
import { ChangeSignal } from "../stream/change-signal.ts";
import type { StreamReader } from "../stream/send-event-stream.ts";

/** This many of a user's last events are kept for readers that come back. */
const KEPT_EVENTS = 1_000;

/** This many users' events are kept who have no reader now; whoever comes back after that is told to load anew. */
const KEPT_IDLE_USERS = 100;

/** What happens in users' conversations, for those of their pages that listen (contract, section 3). */
export class UserEvents {
  /** Users who have, or had, a reader; the one whose reader came last is last. */
  readonly #users = new Map<string, UserLog>();

  /** Tells all of a user's readers. Where nobody has ever listened, nobody will miss it. */
  publish(user: string, event: UserEvent): void {
    this.#users.get(user)?.append(event);
  }

  /** Tells all readers of all users to load anew: something may have happened that nobody here was told. */
  resetAll(): void {
    for (const log of this.#users.values()) log.append({ type: "reset" });
  }

  /** Whether anybody would miss what is told to this user. */
  hasHadReader(user: string): boolean {
    return this.#users.has(user);
  }

  /**
   * A reader of what follows the event of this id; of what follows from now on, after a `reset`, where that is not
   * known any more, or none is given.
   */
  read(user: string, lastEventId: string | undefined): StreamReader {
    const log = this.#users.get(user) ?? new UserLog();
    this.#users.delete(user);
    this.#users.set(user, log);
    const reader = log.read(lastEventId);
    this.#forgetIdle();
    return reader;
  }

  /** Ends what all of them read, because the service stops: a page whose stream is cut off says that something failed. */
  close(): void {
    for (const log of this.#users.values()) log.end();
  }

  #forgetIdle(): void {
    const idle = [...this.#users].filter(([, log]) => log.readerCount === 0);
    for (const [user] of idle.slice(0, Math.max(0, idle.length - KEPT_IDLE_USERS))) this.#users.delete(user);
  }
}

/** One user's last events, each encoded once. */
class UserLog {
  /** In the ids of its events: those of another process, or of a log that was forgotten, are none of its own. */
  readonly #stream = crypto.randomUUID();
  readonly #lines: string[] = [];
  readonly #readers = new Set<UserEventReader>();
  /** The number of the last event. */
  #last = 0;
  #isEnded = false;

  get readerCount(): number {
    return this.#readers.size;
  }

  append(event: UserEvent): void {
    this.#last += 1;
    this.#lines.push(this.#encode(event));
    if (this.#lines.length > KEPT_EVENTS) this.#lines.shift();
    for (const reader of this.#readers) reader.wake();
  }

  end(): void {
    this.#isEnded = true;
    for (const reader of this.#readers) reader.wake();
  }

  read(lastEventId: string | undefined): StreamReader {
    const [, stream, number] = /^(.+):(\d{1,15})$/.exec(lastEventId ?? "") ?? [];
    const seen = stream === this.#stream ? Number(number) : -1;
    const reader = new UserEventReader(seen, {
      linesAfter: (at) => this.#linesAfter(at),
      last: () => this.#last,
      isEnded: () => this.#isEnded,
      left: (self) => this.#readers.delete(self),
    });
    this.#readers.add(reader);
    return reader;
  }

  /** What follows; a `reset` instead, where some of it is not kept any more. */
  #linesAfter(seen: number): string {
    const lacking = this.#last - seen;
    const isKept = seen >= 0 && lacking >= 0 && lacking <= this.#lines.length;
    if (!isKept) return this.#encode({ type: "reset" });
    return lacking === 0 ? "" : this.#lines.slice(-lacking).join("");
  }

  #encode(event: UserEvent): string {
    return `id: ${this.#stream}:${this.#last}\ndata: ${JSON.stringify(event)}\n\n`;
  }
}

interface UserEventSource {
  linesAfter(seen: number): string;
  /** The number of the last event. */
  last(): number;
  isEnded(): boolean;
  left(reader: UserEventReader): void;
}

/** One page's place in its user's events, which go on for as long as the service does. */
class UserEventReader implements StreamReader {
  readonly #source: UserEventSource;
  readonly #change = new ChangeSignal();
  #seen: number;

  constructor(seen: number, source: UserEventSource) {
    this.#seen = seen;
    this.#source = source;
  }

  get finished(): boolean {
    return this.#source.isEnded();
  }

  take(): string {
    const lines = this.#source.linesAfter(this.#seen);
    this.#seen = this.#source.last();
    return lines;
  }

  async changed(): Promise<void> {
    await this.#change.wait();
  }

  wake(): void {
    this.#change.wake();
  }

  leave(): void {
    this.#source.left(this);
    this.wake();
  }
}
