import { readFileSync } from "node:fs";
import { userInfo } from "node:os";

let known: string | undefined;

/** Name of the user that this process runs as; `uid 1000` where the machine has no name for it, as in a container. */
export function ownUser(): string {
  known ??= nameOfOwnUser();
  return known;
}

function nameOfOwnUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.geteuid?.()}`;
  }
}

/**
 * The name of a user id; `uid 1000` where this machine's own file has none for it: users of a directory service
 * (LDAP), and those of macOS, are not looked up.
 */
export function nameOfUser(uid: number): string {
  if (uid === process.geteuid?.()) return ownUser();
  return userNameIn(readIfThere("/etc/passwd"), uid);
}

/** The name that a text in the form of passwd(5) has for a user id; `uid 1000` where it has none. */
export function userNameIn(passwd: string, uid: number): string {
  const found = entriesOf(passwd).find((entry) => entry[2] === String(uid));
  return found?.[0] ?? `uid ${uid}`;
}

/**
 * Whether a group has no member but this user. Most Linux systems make such a group for each user, and open new files
 * to it (umask 002): that it may write a file says nothing of others.
 */
export function isGroupOfOwnUser(gid: number): boolean {
  if (gid !== process.getegid?.()) return false;
  return isPrivateGroup(readIfThere("/etc/passwd"), readIfThere("/etc/group"), gid, ownUser());
}

/**
 * {@link isGroupOfOwnUser} by the texts of passwd(5) and group(5). A group of the user's own has the user's name; where
 * neither has a name, as in a container, the user's number.
 */
export function isPrivateGroup(passwd: string, group: string, gid: number, user: string): boolean {
  const named = entriesOf(group).find((entry) => entry[2] === String(gid));
  if ((named?.[0] ?? `uid ${gid}`) !== user) return false;
  const members = named?.[3]?.split(",").filter((member) => member !== "") ?? [];
  const others = entriesOf(passwd).filter((entry) => entry[3] === String(gid) && entry[0] !== user);
  return members.every((member) => member === user) && others.length === 0;
}

function entriesOf(text: string): string[][] {
  return text.split("\n").map((line) => line.split(":"));
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
