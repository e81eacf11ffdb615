import { chownSync, lchownSync } from "node:fs";
import { nameOfUser } from "../../src/files/user-names.ts";

/** Only root can make something another user's, or run as one: tests that need it are skipped for everybody else. */
export const IS_ROOT = process.geteuid?.() === 0;

/** A user who is not us, and has no rights: `nobody` on most systems. */
export const OTHER_USER = { uid: 65_534, gid: 65_534, name: nameOfUser(65_534) } as const;

/** Makes files another user's, symbolic links themselves too. */
export function giveAway(...paths: readonly string[]): void {
  for (const path of paths) lchownSync(path, OTHER_USER.uid, OTHER_USER.gid);
}

/** Gives files back to us. */
export function takeBack(...paths: readonly string[]): void {
  for (const path of paths) chownSync(path, process.geteuid?.() ?? 0, process.getegid?.() ?? 0);
}
