import { WireError } from "../../../contract/wire-error.ts";
import type { GenerationDirectory, GenerationKey } from "../../replicas/generation-directory.ts";
import type { OtherReplica } from "../../replicas/replica-call-forwarder.ts";
import { createKeyedQueue } from "../serial-queue.ts";
import { rowidOf } from "../sql/rowid.ts";
import type { Row, SqlValue, Statements } from "../sql/sql-database.ts";
import type { PostgresqlDatabase } from "./postgresql-database.ts";
import { HAS_ENDED, type WriterLease } from "./writer-lease.ts";

/** From the end of a lease until somebody has seen it, and come, in milliseconds: HMIs look every second. */
const LOOKED_AND_COME_MS = 5_000;

/** How often a claim is tried while what is in its way vanishes before it is looked at. */
const ATTEMPTS = 5;

/** What is lost with a crash of the server is no more than a claim: nobody waits for the disk, and all others see it at once. */
const SOON = "soon AS (SELECT set_config('synchronous_commit', 'off', true))";
const CLAIM = "INSERT INTO generations (session_id, message_id, writer, running)";
const IS_WAITING = `WHERE EXISTS (SELECT 1 FROM messages WHERE id = ? AND conversation_id = ? AND status = 'streaming')`;
const IS_OWN = "session_id = ? AND message_id = ? AND writer = ?";
const LEFT_BY_DEAD = `DELETE FROM generations WHERE session_id = ? AND writer IN (SELECT token FROM writers WHERE ${HAS_ENDED})`;
const HOLDER = "SELECT token, url, key FROM generations JOIN writers ON token = writer";

/** What this gateway has said of a generation. */
interface HeldGeneration extends GenerationKey {
  readonly isRunning: boolean;
}

/**
 * Which gateway has which generation: a row of `generations`, which belongs to that gateway's lease and goes with it; one
 * that was only away from the database says again what it has. The database lets a conversation have one that runs, and a
 * reply one at all, whichever gateways claim them at once.
 */
export class GenerationClaims implements GenerationDirectory {
  readonly #db: PostgresqlDatabase;
  readonly #writer: WriterLease;
  /** By conversation: that one has ended stands in the database before the next is claimed. */
  readonly #inOrder = createKeyedQueue();
  /** By name: what a lease that is taken anew says again. */
  readonly #held = new Map<string, HeldGeneration>();

  constructor(db: PostgresqlDatabase, writer: WriterLease) {
    this.#db = db;
    this.#writer = writer;
    writer.onTaken((sql, token) => this.#sayAgain(sql, token));
  }

  get takeOverMs(): number {
    return this.#writer.leaseMs + LOOKED_AND_COME_MS;
  }

  announce(url: string): void {
    this.#writer.announce(url);
  }

  isOwnKey(key: string): boolean {
    return this.#writer.isOwnKey(key);
  }

  async claim(generation: GenerationKey): Promise<OtherReplica | undefined> {
    return await this.#inOrder.add(generation.sessionId, async () => {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
        const holder = await this.#tryToClaim(generation);
        if (holder !== undefined) return this.#otherThan(generation, holder);
        await this.#db.runAlone(LEFT_BY_DEAD, generation.sessionId, ...this.#writer.endedValues);
      }
      const { messageId } = generation;
      throw new WireError(
        "store_unavailable",
        `Reply ${messageId} could not be claimed: others come and go.`,
      );
    });
  }

  async claimWaiting(generation: GenerationKey): Promise<OtherReplica | "not waiting" | undefined> {
    const [reply, conversation] = [rowidOf(generation.messageId), rowidOf(generation.sessionId)];
    if (reply === undefined || conversation === undefined) return "not waiting";
    const claim = () => this.#tryToClaim(generation, { reply, conversation });
    const holder = await this.#inOrder.add(generation.sessionId, claim);
    return holder === undefined ? "not waiting" : this.#otherThan(generation, holder);
  }

  find(sessionId: string, messageId?: string): Promise<OtherReplica | undefined> {
    const isMeant = messageId === undefined ? "" : "AND message_id = ?";
    const values = messageId === undefined ? [sessionId] : [sessionId, messageId];
    return this.#inOrder.add(sessionId, () =>
      this.#db.read(async (sql) => {
        const row = await sql.get(
          `${HOLDER} WHERE session_id = ? ${isMeant} AND NOT ${HAS_ENDED} ORDER BY running DESC, id DESC LIMIT 1`,
          ...values,
          ...this.#writer.endedValues,
        );
        return row && this.#otherIn(row);
      }),
    );
  }

  async end(generation: GenerationKey): Promise<void> {
    const { sessionId, messageId } = generation;
    const name = nameOf(generation);
    if (this.#held.has(name)) this.#held.set(name, { sessionId, messageId, isRunning: false });
    await this.#change(
      `WITH ${SOON} UPDATE generations SET running = 0 FROM soon WHERE ${IS_OWN}`,
      sessionId,
      messageId,
    );
  }

  async forget(generation: GenerationKey): Promise<void> {
    const { sessionId, messageId } = generation;
    this.#held.delete(nameOf(generation));
    await this.#change(
      `WITH ${SOON} DELETE FROM generations USING soon WHERE ${IS_OWN}`,
      sessionId,
      messageId,
    );
  }

  async close(): Promise<void> {
    this.#held.clear();
    await this.#inOrder.idle();
    await this.#writer.release();
  }

  /**
   * Claims a generation that nobody has. Returns whose it is then, or whose is in its way; undefined where that one has died or
   * has vanished meanwhile, or where the reply that is `waiting` does not wait to be written. Whoever has it already is told so
   * again.
   */
  async #tryToClaim(
    { sessionId, messageId }: GenerationKey,
    waiting?: { readonly reply: number; readonly conversation: number },
  ): Promise<Row | undefined> {
    const condition = waiting === undefined ? "" : IS_WAITING;
    const claim = `${CLAIM} SELECT ?, ?, CAST(? AS bigint), 1 FROM soon ${condition} ON CONFLICT DO NOTHING RETURNING writer`;
    const inTheWay = `${HOLDER} WHERE session_id = ? AND (message_id = ? OR running = 1) AND NOT ${HAS_ENDED}
      ORDER BY (message_id = ?) DESC LIMIT 1`;
    const statement = `WITH ${SOON}, claimed AS (${claim})
      SELECT writer AS token, NULL AS url, NULL AS key FROM claimed UNION ALL (${inTheWay}) LIMIT 1`;
    const [writer, db] = [this.#writer, this.#db];
    const [holder] = await writer.withLease(() => {
      const values: readonly SqlValue[] = [
        ...[sessionId, messageId, writer.name()],
        ...(waiting === undefined ? [] : [waiting.reply, waiting.conversation]),
        ...[sessionId, messageId, ...writer.endedValues, messageId],
      ];
      return waiting === undefined
        ? db.runAlone(statement, ...values)
        : db.afterSending(waiting.conversation, (sql) => sql.all(statement, ...values));
    });
    return holder;
  }

  /** The other gateway that holds this; undefined where this one does, or knows itself what is in the way. */
  #otherThan(generation: GenerationKey, holder: Row): OtherReplica | undefined {
    const other = this.#otherIn(holder);
    if (other === undefined) this.#held.set(nameOf(generation), { ...generation, isRunning: true });
    return other;
  }

  /** Where another gateway has one of these by now, it is that one's. */
  async #sayAgain(sql: Statements, token: number): Promise<void> {
    for (const { sessionId, messageId, isRunning } of this.#held.values()) {
      const values = [sessionId, messageId, token, isRunning ? 1 : 0];
      await sql.run(`${CLAIM} VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, ...values);
    }
  }

  /** Undefined where the holder is this gateway: it knows itself what is in the way. */
  #otherIn({ token, url, key }: Row): OtherReplica | undefined {
    return Number(token) === this.#writer.present || url === null
      ? undefined
      : { url: String(url), key: String(key) };
  }

  async #change(sql: string, sessionId: string, messageId: string): Promise<void> {
    const change = () => this.#db.runAlone(sql, sessionId, messageId, this.#writer.present);
    await this.#inOrder.add(sessionId, change);
  }
}

function nameOf({ sessionId, messageId }: GenerationKey): string {
  return JSON.stringify([sessionId, messageId]);
}
