import { randomUUID } from "node:crypto";
import type { OtherReplica } from "../../replicas/replica-call-forwarder.ts";
import type { TakenOver } from "../reply-store.ts";
import { findReply } from "../sql/find-exchange.ts";
import { LeaseLapsedError, type ReplyWriter } from "../sql/reply-ownership.ts";
import { rowidOf } from "../sql/rowid.ts";
import type { Database, Row, Statements } from "../sql/sql-database.ts";
import { brokeConstraint } from "./postgresql-errors.ts";

/** How long a lease lasts from its last renewal on, in milliseconds, by the clock of the database. */
const LEASE_MS = 10_000;

/** A lease is renewed as often while it lasts. */
const RENEWALS = 4;

/** How old a reply is, in milliseconds, by which whoever has begun it knows of it. */
const LONGEST_BEGINNING_MS = 10_000;

/** The number of the lock under which one store after the other takes over. */
const TAKE_OVER_LOCK = 7_236_154_222;

/**
 * True of a lease that has ended, with {@link WriterLease.endedValues}. One could not be renewed while the server was away: it
 * has its whole time once more.
 */
export const HAS_ENDED = `(? = 1 AND greatest(lives_until, pg_postmaster_start_time() + make_interval(secs => ?)) < clock_timestamp())`;

/** What a row that names a writer breaks where that is gone. */
const WRITER_KEYS = ["messages_writer_fkey", "generations_writer_fkey"];

const LONG_AGO = { monotonic: 0, wall: 0 };

export interface WriterLeaseOptions {
  /** How long a lease lasts, in milliseconds. */
  readonly leaseMs?: number | undefined;
}

/** What a writer is known by. */
interface Lease {
  /** A fencing token: each is greater than all before it, and no other writer ever had it. */
  readonly token: number;
  /** See {@link OtherReplica.key}. */
  readonly key: string;
}

/**
 * Who writes a reply on PostgreSQL: a lease, a row of `writers`, whose token stands in the rows of the replies that it
 * writes.
 *
 * A reply is written in a statement that looks, with the row locked, whether it has this token and the lease lives. Whoever
 * takes over deletes the rows of leases that have ended, by which their replies have no writer any more (foreign key). So
 * one that was asleep finds either its lease gone, and cannot write, or still there, and goes on. All by the clock of the
 * database: nobody's own is asked, but for when a renewal is due.
 */
export class WriterLease implements ReplyWriter {
  readonly mayWrite = `status = 'streaming' AND writer = ?
    AND EXISTS (SELECT 1 FROM writers WHERE token = writer AND lives_until > clock_timestamp())`;
  /** How long a lease lasts, in milliseconds. */
  readonly leaseMs: number;
  readonly #db: Database;
  #lease: Lease | undefined;
  /** Until when it surely lives, by two clocks: one of them stands still while the machine sleeps. */
  #surelyUntil = LONG_AGO;
  /** When it was last taken or renewed, and when that was possible again after it had not been for a lease's time. */
  #renewedAt = 0;
  #backAt = Number.NEGATIVE_INFINITY;
  #restore: ((sql: Statements, token: number) => Promise<void>) | undefined;
  #url: string | null = null;
  #preparing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(db: Database, { leaseMs = LEASE_MS }: WriterLeaseOptions = {}) {
    this.#db = db;
    this.leaseMs = leaseMs;
  }

  get present(): number {
    return this.#lease?.token ?? 0;
  }

  /**
   * The values of {@link HAS_ENDED}. Whoever was away from the database gives all others a lease's time from then on: it may have
   * been away from them, too.
   */
  get endedValues(): readonly [number, number] {
    const wasAway = performance.now() < this.#backAt + this.leaseMs;
    return [wasAway ? 0 : 1, this.leaseMs / 1_000];
  }

  /** Has this done in each transaction that takes a lease: what belonged to one that was lost is gone with it. */
  onTaken(restore: (sql: Statements, token: number) => Promise<void>): void {
    this.#restore = restore;
  }

  async withLease<Result>(transaction: () => Promise<Result>): Promise<Result> {
    await this.#prepare();
    try {
      return await transaction();
    } catch (error) {
      const wasTakenOver = WRITER_KEYS.some((key) => brokeConstraint(error, key));
      if (!wasTakenOver && !(error instanceof LeaseLapsedError)) throw error;
      // Nothing of the transaction was done.
      this.#surelyUntil = LONG_AGO;
      await this.#prepare();
      return await transaction();
    }
  }

  name(): number {
    return this.present;
  }

  announce(url: string): void {
    this.#url = url;
  }

  isOwnKey(key: string): boolean {
    return key === this.#lease?.key;
  }

  async otherWriterOf(sql: Statements, messageId: string): Promise<OtherReplica | undefined> {
    const row = await sql.get(
      `SELECT url, key FROM messages JOIN writers ON token = writer
        WHERE id = ? AND status = 'streaming' AND token <> ? AND NOT ${HAS_ENDED}`,
      rowidOf(messageId) ?? null,
      this.present,
      ...this.endedValues,
    );
    return row?.["url"] == null ? undefined : { url: String(row["url"]), key: String(row["key"]) };
  }

  async takeOver(sql: Statements, known?: ReadonlySet<string>): Promise<TakenOver> {
    await sql.get("SELECT pg_advisory_xact_lock(?)", TAKE_OVER_LOCK);
    await sql.run(`DELETE FROM writers WHERE token <> ? AND ${HAS_ENDED}`, this.present, ...this.endedValues);
    const taken = await sql.all(
      "UPDATE messages SET writer = ? WHERE status = 'streaming' AND writer IS NULL RETURNING id",
      this.present,
    );
    const forgotten = known === undefined ? [] : await this.#forgotten(sql, known);
    const ids = new Set([...taken, ...forgotten].map((row) => Number(row["id"])));
    const replies: TakenOver["replies"][number][] = [];
    for (const id of [...ids].toSorted((one, other) => one - other)) {
      const reply = await findReply(sql, String(id));
      if (reply !== undefined) replies.push(reply);
    }
    const held = await sql.get(
      "SELECT count(*) AS n FROM messages WHERE status = 'streaming' AND writer <> ?",
      this.present,
    );
    return { replies, heldByOthers: Number(held?.["n"]) };
  }

  /** What it has begun, and is not written: see {@link ReplyStore.takeOver}. */
  async #forgotten(sql: Statements, known: ReadonlySet<string>): Promise<Row[]> {
    const begun = await sql.all(
      "SELECT id FROM messages WHERE status = 'streaming' AND writer = ? AND created_at < ?",
      this.present,
      new Date(Date.now() - LONGEST_BEGINNING_MS).toISOString(),
    );
    return begun.filter(({ id }) => !known.has(String(id)));
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#preparing?.catch(() => undefined);
    const token = this.present;
    this.#lease = undefined;
    this.#surelyUntil = LONG_AGO;
    if (token === 0) return;
    // Where nobody can be told, the lease ends by itself.
    await this.#db
      .write((sql) => sql.run("DELETE FROM writers WHERE token = ?", token))
      .catch(() => undefined);
  }

  #livesSurely(): boolean {
    const { monotonic, wall } = this.#surelyUntil;
    return performance.now() < monotonic && Date.now() < wall;
  }

  /** Takes a lease where there is none, or renews it where its time is short; one that was taken over is followed by another. */
  async #prepare(): Promise<void> {
    if (this.#livesSurely()) return;
    this.#preparing ??= this.#renewOrTake().finally(() => {
      this.#preparing = undefined;
    });
    await this.#preparing;
  }

  async #renewOrTake(): Promise<void> {
    const asked = { monotonic: performance.now(), wall: Date.now() };
    const had = this.#lease;
    this.#lease = (await this.#renewed()) ?? (await this.#taken());
    const now = performance.now();
    if (had !== undefined && now > this.#renewedAt + this.leaseMs) this.#backAt = now;
    this.#renewedAt = now;
    // With a renewal's time to spare.
    const lasts = this.leaseMs * (1 - 1 / RENEWALS);
    this.#surelyUntil = { monotonic: asked.monotonic + lasts, wall: asked.wall + lasts };
    this.#timer ??= setInterval(() => void this.#renewInTime(), this.leaseMs / RENEWALS).unref();
  }

  /** The lease, where it is still there: also one whose time is over, as long as nobody has taken over. */
  async #renewed(): Promise<Lease | undefined> {
    const lease = this.#lease;
    if (lease === undefined) return undefined;
    const changed = await this.#db.write((sql) =>
      sql.run(
        "UPDATE writers SET lives_until = clock_timestamp() + make_interval(secs => ?), url = ? WHERE token = ?",
        this.leaseMs / 1_000,
        this.#url,
        lease.token,
      ),
    );
    return changed > 0 ? lease : undefined;
  }

  async #taken(): Promise<Lease> {
    const key = randomUUID();
    return await this.#db.write(async (sql) => {
      const row = await sql.get(
        `INSERT INTO writers (lives_until, url, key)
         VALUES (clock_timestamp() + make_interval(secs => ?), ?, ?) RETURNING token`,
        this.leaseMs / 1_000,
        this.#url,
        key,
      );
      const token = Number(row?.["token"]);
      await this.#restore?.(sql, token);
      return { token, key };
    });
  }

  async #renewInTime(): Promise<void> {
    this.#surelyUntil = LONG_AGO;
    // What cannot be renewed now is, or ends; whoever writes is told.
    await this.#prepare().catch(() => undefined);
  }
}
