import type { OtherReplica } from "../../replicas/replica-call-forwarder.ts";
import type { TakenOver } from "../reply-store.ts";
import { findReply } from "../sql/find-exchange.ts";
import type { ReplyWriter } from "../sql/reply-ownership.ts";
import { rowidOf } from "../sql/rowid.ts";
import type { Statements } from "../sql/sql-database.ts";
import { isWriterAlive, sweepWriterLocks, takeWriterLock, type WriterLock } from "./writer-lock.ts";
import { newWriterName, urlInWriterName } from "./writer-name.ts";

/** Has one name, from the first reply that it begins or takes over to {@link release}. */
export class SqliteWriter implements ReplyWriter {
  readonly #path: string;
  #lock: WriterLock | undefined;
  /** Where its process is reached; undefined where nobody has said it. */
  #url: string | undefined;
  readonly mayWrite = "status = 'streaming' AND writer = ?";

  /** `path` is the database's. */
  constructor(path: string) {
    this.#path = path;
  }

  /** The lock is taken with the name, and held as long as the process lives. */
  withLease<Result>(transaction: () => Promise<Result>): Promise<Result> {
    return transaction();
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

  announce(url: string): void {
    this.#url = url;
  }

  async otherWriterOf(sql: Statements, messageId: string): Promise<OtherReplica | undefined> {
    const id = rowidOf(messageId) ?? null;
    const row = await sql.get("SELECT writer FROM messages WHERE id = ? AND status = 'streaming'", id);
    const writer = row?.["writer"];
    if (typeof writer !== "string" || writer === this.present || !this.#isAlive(writer)) return undefined;
    const url = urlInWriterName(writer);
    return url === undefined ? undefined : { url, key: writer };
  }

  isOwnKey(key: string): boolean {
    return key !== "" && key === this.present;
  }

  /** `sql` holds the write lock, so that two who want the same rows come in turn. */
  async takeOver(sql: Statements): Promise<TakenOver> {
    sweepWriterLocks(this.#path);
    const streaming = await sql.all("SELECT id, writer FROM messages WHERE status = 'streaming' ORDER BY id");
    const left = streaming.filter(({ writer }) => writer !== this.present);
    const alive = new Map(left.map(({ writer }) => [writer, this.#isAlive(writer)]));
    const replies: TakenOver["replies"][number][] = [];
    let heldByOthers = 0;
    for (const { id, writer } of left) {
      if (alive.get(writer)) {
        heldByOthers += 1;
        continue;
      }
      await sql.run("UPDATE messages SET writer = ? WHERE id = ?", this.name(), Number(id));
      const reply = await findReply(sql, String(id));
      if (reply !== undefined) replies.push(reply);
    }
    return { replies, heldByOthers };
  }

  /** Leaves its replies to whoever takes them over. */
  async release(): Promise<void> {
    this.#lock?.release();
    this.#lock = undefined;
  }

  #isAlive(writer: unknown): boolean {
    return typeof writer === "string" && isWriterAlive(this.#path, writer);
  }
}
