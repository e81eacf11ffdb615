import type { OtherWriter, OwnedReply, TakenOver } from "../store.ts";
import type { Statements } from "./database.ts";
import { findReply } from "./exchanges.ts";
import { rowidOf } from "./rowid.ts";
import { isWriterAlive, sweepWriterLocks, takeWriterLock, type WriterLock } from "./writer-lock.ts";
import { newWriterName, urlInWriterName } from "./writer-name.ts";

/** Who writes the replies that this store begins or takes over: one name, from the first of them to {@link release}. */
export class Writer {
  readonly #path: string;
  #lock: WriterLock | undefined;
  /** Where its process is reached; undefined where nobody has said it. */
  #url: string | undefined;

  /** `path` is the database's. */
  constructor(path: string) {
    this.#path = path;
  }

  /** The name that rows of this writer have. To be called with the database's write lock. */
  name(): string {
    this.#lock ??= takeWriterLock(this.#path, newWriterName(this.#url));
    return this.#lock.writer;
  }

  /** The name, where it has begun anything; else one that no row has. */
  get present(): string {
    return this.#lock?.writer ?? "";
  }

  /** {@link ReplyStore.announce} */
  announce(url: string): void {
    this.#url = url;
  }

  /** {@link ReplyStore.otherWriterOf} */
  otherWriterOf(sql: Statements, messageId: string): OtherWriter | undefined {
    const id = rowidOf(messageId) ?? null;
    const row = sql.get("SELECT writer FROM messages WHERE id = ? AND status = 'streaming'", id);
    const writer = row?.["writer"];
    if (typeof writer !== "string" || writer === this.present || !this.#isAlive(writer)) return undefined;
    const url = urlInWriterName(writer);
    return url === undefined ? undefined : { url, key: writer };
  }

  /** {@link ReplyStore.takeOver}; `sql` holds the write lock, so that two who want the same rows come in turn. */
  takeOver(sql: Statements): TakenOver {
    sweepWriterLocks(this.#path);
    const left = sql
      .all("SELECT id, writer FROM messages WHERE status = 'streaming' ORDER BY id")
      .filter(({ writer }) => writer !== this.present);
    const alive = new Map(left.map(({ writer }) => [writer, this.#isAlive(writer)]));
    const orphans = left.filter(({ writer }) => !alive.get(writer));
    return {
      replies: orphans.flatMap(({ id }) => this.#take(sql, Number(id)) ?? []),
      heldByOthers: left.length - orphans.length,
    };
  }

  /** Leaves its replies to whoever takes them over. */
  release(): void {
    this.#lock?.release();
    this.#lock = undefined;
  }

  #isAlive(writer: unknown): boolean {
    return typeof writer === "string" && isWriterAlive(this.#path, writer);
  }

  #take(sql: Statements, id: number): OwnedReply | undefined {
    sql.run("UPDATE messages SET writer = ? WHERE id = ?", this.name(), id);
    return findReply(sql, String(id));
  }
}
