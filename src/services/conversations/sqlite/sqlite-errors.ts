import { WireError } from "../../../contract/wire-error.ts";
import { messageOf } from "../../../errors/thrown-error.ts";
import { NotConfirmedError } from "../sql/sql-database.ts";

/** SQLite's own result codes, without their extended part. */
const CODE = { busy: 5, locked: 6, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14 } as const;

const UNUSABLE: ReadonlySet<number> = new Set([CODE.readOnly, CODE.ioError, CODE.corrupt, CODE.cannotOpen]);

/** What was written is in the database, and survives the death of any process; the disk has not confirmed it. */
export function notSynced(cause: unknown): NotConfirmedError {
  return new NotConfirmedError(
    "store_unavailable",
    `The disk of the conversations' database does not confirm what was written (${messageOf(cause)}): a power cut may cost it.`,
    "Look at the disk of the conversations' database.",
    { cause },
  );
}

/** What is thrown instead where it was taken back. */
export function notConfirmed({ cause, hint }: NotConfirmedError): WireError {
  const message = `The disk of the conversations' database does not confirm what is written to it: ${messageOf(cause)}.`;
  return new WireError("store_unavailable", message, hint, { cause });
}

/** True where another connection holds the lock that was needed: trying again may help. */
export function isLocked(error: unknown): boolean {
  const code = codeOf(error);
  return code === CODE.busy || code === CODE.locked;
}

/** What the contract says where the database cannot be used; any other error as it is. */
export function sqliteStoreError(error: unknown, path: string): unknown {
  const code = codeOf(error);
  const cause = { cause: error };
  if (code === CODE.full) {
    return new WireError(
      "store_full",
      "The disk of the conversations' database is full.",
      `Make room where ${path} is; then send it again.`,
      cause,
    );
  }
  if (isLocked(error)) {
    return new WireError(
      "store_unavailable",
      "The conversations' database is locked by another program.",
      "Wait, or end what holds the lock; then send it again.",
      cause,
    );
  }
  if (!UNUSABLE.has(code)) return error;
  return new WireError(
    "store_unavailable",
    `The conversations' database cannot be used: ${messageOf(error)}.`,
    "`stack store check` says what is wrong with it.",
    cause,
  );
}

function codeOf(error: unknown): number {
  return error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : 0;
}
