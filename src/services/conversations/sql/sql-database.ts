import { WireError } from "../../../contract/wire-error.ts";
import type { SqlDialect } from "./sql-dialect.ts";

/** A value that both kinds of database can bind. */
export type SqlValue = string | number | Uint8Array | null;
export type Row = Record<string, unknown>;

/**
 * Statements within one transaction, prepared by their text. Values stand where `?` does, or `?1` for the first. They are
 * done in the order in which they are asked for; those that do not need each other's answers are best asked for at once
 * (`Promise.all`), because a database elsewhere is then waited for once.
 */
export interface Statements {
  /** What this kind of database has other words for. */
  readonly dialect: SqlDialect;
  all(sql: string, ...values: SqlValue[]): Promise<Row[]>;
  get(sql: string, ...values: SqlValue[]): Promise<Row | undefined>;
  /** Returns how many rows changed. */
  run(sql: string, ...values: SqlValue[]): Promise<number>;
}

/** What is done in one transaction. It may wait for its statements, and for nothing else: others wait for it. */
export type Transaction<Result> = (sql: Statements) => Promise<Result>;

/**
 * Transactions on the conversations' database. Each is a function that runs whole or not at all, and may be run again from
 * its start, for example where another process holds the lock that it needs: it must change nothing but the database.
 * Between the tries the event loop is free. Where the lock is not free in time, or the database cannot be used, the
 * transaction throws a WireError `store_unavailable` or `store_full`.
 */
export interface Transactions {
  /** Runs `work` on one state of the database. */
  read<Result>(work: Transaction<Result>): Promise<Result>;
  /**
   * Reads what is just being sent to a conversation (its key; undefined for none) as soon as it is there; `work` asks for all
   * of it at once, and each statement may see a state of its own.
   */
  afterSending<Result>(conversation: number | undefined, work: Transaction<Result>): Promise<Result>;
  /**
   * Runs `work` so that what it read stays true until it is done. Resolves when what it wrote is as safe as
   * `store.synchronous` says; throws a NotConfirmedError where it may stand, and nobody confirms it.
   */
  write<Result>(work: Transaction<Result>): Promise<Result>;
  /**
   * As `write`; but what is not confirmed is taken back where that can be done, so that it can be asked for again.
   *
   * @param onCommitting {@link UserStore.transaction}
   */
  writeOrUndo<Result>(
    work: Transaction<Undoable<Result>>,
    onCommitting?: (result: Result) => void,
  ): Promise<Result>;
  /** As `write`, for what nobody is told to be saved: a power cut may cost it. */
  writeSoon<Result>(work: Transaction<Result>): Promise<Result>;
}

/** A database that is open. */
export interface Database extends Transactions {
  /** Throws as `write` does where nothing can be written now. */
  probe(): Promise<void>;
  /**
   * Asks again for what was not confirmed: true where it is safe now, false where it turns out not to have been done.
   * Throws a NotConfirmedError where that is still not known.
   */
  confirm(doubt: NotConfirmedError): Promise<boolean>;
  /** Waits for what has been written already to be safe. */
  close(): Promise<void>;
}

/** What was written, with how to take it back in a later transaction. */
export interface Undoable<Result> {
  readonly result: Result;
  readonly undo: Transaction<void>;
  /** What it has asked for last, and on whose answers the result does not depend: the end of the transaction is asked for with it. */
  readonly rest?: Promise<unknown> | undefined;
}

/** For a transaction that had nothing to write. */
export function unchanged<Result>(result: Result): Undoable<Result> {
  return { result, undo: async () => undefined };
}

/**
 * A transaction may stand, or stands, and it is not known to be safe. Whoever is told of it need not be who wrote it: until
 * it is confirmed, nothing that follows is safe either.
 */
export class NotConfirmedError extends WireError {}

/** Transactions as parts of one that runs already, and how to take back what of them can be. */
export function asPartsOf(sql: Statements): {
  parts: Transactions;
  undo: Transaction<void>;
  /** See {@link Undoable.rest}. */
  rest: () => Promise<unknown>;
} {
  const undos: Transaction<void>[] = [];
  const rests: Promise<unknown>[] = [];
  const run = async <Result>(work: Transaction<Result>): Promise<Result> => await work(sql);
  return {
    parts: {
      read: run,
      afterSending: (_, work) => run(work),
      write: run,
      writeSoon: run,
      async writeOrUndo(work) {
        const { result, undo, rest } = await work(sql);
        undos.push(undo);
        if (rest !== undefined) rests.push(rest);
        // What fails is told at the transaction's end, or by what is asked for after it.
        rest?.catch(() => undefined);
        return result;
      },
    },
    rest: () => Promise.all(rests),
    async undo(undoing) {
      for (const undo of undos.toReversed()) await undo(undoing);
    },
  };
}
