import { WireError } from "../../../contract/wire-error.ts";
import type { OtherReplica } from "../../replicas/replica-call-forwarder.ts";
import type { TakenOver } from "../reply-store.ts";
import type { SqlValue, Statements } from "./sql-database.ts";

/**
 * What a writer may not write although it is its own: its lease has ended meanwhile, and nobody has taken over. Nothing was
 * done; it may be once the lease is renewed.
 */
export class LeaseLapsedError extends WireError {
  constructor(messageId: string) {
    super(
      "store_unavailable",
      `Reply ${messageId} could not be saved in time: the conversations' database was busy for too long.`,
      "Wait, or look for what holds its locks (pg_stat_activity).",
    );
  }
}

/** Who writes the replies that a store begins or takes over. */
export interface ReplyWriter {
  /** Runs a transaction in which it writes; anew where it turns out not to be known as a writer any more, or to have lapsed. */
  withLease<Result>(transaction: () => Promise<Result>): Promise<Result>;
  /** What the rows of its replies have as `writer`. To be called within such a transaction. */
  name(): SqlValue;
  /** The same where it has begun anything; else what no row has. */
  readonly present: SqlValue;
  /** The condition on a row of `messages` that it may write, with one value: {@link present}. */
  readonly mayWrite: string;
  /** {@link ReplyStore.announce} */
  announce(url: string): void;
  /** {@link ReplyStore.otherWriterOf} */
  otherWriterOf(sql: Statements, messageId: string): Promise<OtherReplica | undefined>;
  /** {@link ReplyStore.isOwnKey} */
  isOwnKey(key: string): boolean;
  /** {@link ReplyStore.takeOver} */
  takeOver(sql: Statements, known?: ReadonlySet<string>): Promise<TakenOver>;
  /** Leaves its replies to whoever takes them over. */
  release(): Promise<void>;
}
