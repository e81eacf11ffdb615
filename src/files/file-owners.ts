import { lstatSync, readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve, sep } from "node:path";
import { UserError } from "../errors/user-error.ts";
import { shellWord } from "../text/shell-word.ts";
import { isGroupOfOwnUser, nameOfUser, ownUser } from "./user-names.ts";

/**
 * The environment variable that names folders whose files are read whoever owns them: absolute paths with commas;
 * a path that ends in `/*` is every folder below, `*` alone is every folder. As git's `safe.directory`, it
 * cannot stand in a file that is found: that file would allow itself.
 */
export const SAFE_DIRECTORIES_VARIABLE = "STACK_SAFE_DIRECTORIES";

const GROUP_WRITE = 0o020;
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

/** As many symbolic links in a row as Linux follows. */
const MOST_LINKS = 40;

/** Why something is not trusted. */
export interface Distrust {
  /** Whose it is, and its mode, as the end of a sentence. */
  readonly found: string;
  /** What mends it, as a sentence. */
  readonly advice: string;
}

/**
 * Why a file that was found, and not named by this user, is not to be read; undefined where it is trusted. It is where
 * it and its folder belong to this user or to root, nobody else may write either, and the same holds along its
 * symbolic links. In a folder that all may write, such as /tmp, a file is safe from others if the folder is
 * sticky. What is not there, or cannot be looked at, is for the reader to tell.
 *
 * @throws UserError `config_invalid` where {@link SAFE_DIRECTORIES_VARIABLE} is malformed
 */
export function whyUntrusted(path: string, env: NodeJS.ProcessEnv = process.env): Distrust | undefined {
  let at = resolve(path);
  for (let links = 0; links < MOST_LINKS; links += 1) {
    const found = lookAt(at);
    if (found === undefined) return undefined;
    const problem = problemOf(at, found.file, at === resolve(path) ? "it" : at) ?? problemOfFolder(found);
    if (problem !== undefined && !isSafeDirectory(found.folder, env)) return problem;
    if (!found.file.isSymbolicLink()) return undefined;
    at = resolve(found.folder, readlinkSync(at));
  }
  return undefined;
}

interface Found {
  readonly file: Stats;
  readonly folder: string;
}

function lookAt(path: string): Found | undefined {
  try {
    return { file: lstatSync(path), folder: realpathSync(dirname(path)) };
  } catch {
    return undefined;
  }
}

/** `name` is what it is called in the sentence. */
function problemOf(path: string, found: Stats, name = path): Distrust | undefined {
  const owner = ownerAndMode(found);
  if (!isTrustedOwner(found.uid)) {
    const isForRoot = process.geteuid?.() === 0;
    return {
      found: `${name} belongs to ${owner}, and this command runs as ${ownUser()}`,
      advice: isForRoot ? `Run it as its owner: \`${commandAs(found.uid)}\`.` : "Make it a file of your own.",
    };
  }
  // The mode of a link says nothing.
  if (found.isSymbolicLink() || !mayOthersWrite(found)) return undefined;
  return {
    found: `others may write ${name}, which belongs to ${owner}`,
    advice: `Close it to them: \`chmod go-w ${shellWord(path)}\`.`,
  };
}

function problemOfFolder({ file, folder }: Found): Distrust | undefined {
  const found = statSync(folder);
  const isSafeFromOthers = (found.mode & STICKY) !== 0 && isTrustedOwner(found.uid);
  return isSafeFromOthers && isTrustedOwner(file.uid) ? undefined : problemOf(folder, found);
}

/** `sam (mode 0644)`. */
export function ownerAndMode({ uid, mode }: Pick<Stats, "uid" | "mode">): string {
  return `${nameOfUser(uid)} (mode ${(mode & 0o7777).toString(8).padStart(4, "0")})`;
}

/** Whether others than the owner may write it. A group of nobody but this user, or of root, is no other. */
export function mayOthersWrite({ mode, gid }: Pick<Stats, "mode" | "gid">): boolean {
  if ((mode & OTHERS_WRITE) !== 0) return true;
  return (mode & GROUP_WRITE) !== 0 && gid !== 0 && !isGroupOfOwnUser(gid);
}

/** Whether a file is this process's own; all are where the OS knows no owners. */
export function isOwnedByUs({ uid }: Pick<Stats, "uid">): boolean {
  const ours = process.geteuid?.();
  return ours === undefined || uid === ours;
}

/** Us and root; under sudo also whoever typed it, as for git. */
function isTrustedOwner(uid: number): boolean {
  if (uid === 0 || isOwnedByUs({ uid })) return true;
  return process.geteuid?.() === 0 && process.env["SUDO_UID"] === String(uid);
}

/** Whether {@link SAFE_DIRECTORIES_VARIABLE} allows a folder. @throws UserError `config_invalid` where it is malformed */
export function isSafeDirectory(folder: string, env: NodeJS.ProcessEnv = process.env): boolean {
  const entries = (env[SAFE_DIRECTORIES_VARIABLE] ?? "").split(",").map((entry) => entry.trim());
  return entries.some((entry) => {
    if (entry === "") return false;
    if (entry === "*") return true;
    if (!isAbsolute(entry)) throw notAbsolute(entry);
    const allowed = realPathOf(entry.replace(/\/\*$/, "") || sep);
    return entry.endsWith("/*") ? folder.startsWith(join(allowed, sep)) : folder === allowed;
  });
}

function notAbsolute(entry: string): UserError {
  return new UserError(
    "config_invalid",
    `${SAFE_DIRECTORIES_VARIABLE}: expected absolute paths of folders, with commas; found ${JSON.stringify(entry)}.`,
    { hint: `For example: ${SAFE_DIRECTORIES_VARIABLE}=${join(sep, "srv", "chat")}` },
  );
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** The refusal of a file or folder that belongs to another user, and has to be nobody's but ours. */
export function foreignOwner(path: string, found: Pick<Stats, "uid" | "mode">): UserError {
  const own = ownUser();
  return new UserError(
    "foreign_owner",
    `${path} belongs to ${ownerAndMode(found)}, and this command runs as ${own}.`,
    {
      hint: isLeftBySudo(path)
        ? `A command under sudo may have made it. Give it to yourself: sudo chown -R ${shellWord(own)} ${shellWord(path)}`
        : `Run it as its owner: \`${commandAs(found.uid)}\`, or choose a place of your own: STACK_STATE_DIR, STACK_STORE_PATH.`,
    },
  );
}

/** Of another user in a folder of ours: only root can make that. */
function isLeftBySudo(path: string): boolean {
  return process.geteuid?.() !== 0 && isOwnedByUs(statSync(dirname(path)));
}

/**
 * What to type to run this command as another user. Only its first words: flags may hold what is not to be repeated.
 * As another user is not simply what this process becomes: its groups, its HOME and all that its environment names
 * would still be of whoever called it, and so of every service that it started.
 */
export function commandAs(uid: number): string {
  const name = nameOfUser(uid);
  const isStack = /^(?:chat-)?stack(?:\.js)?$/.test(basename(process.argv[1] ?? ""));
  const words = isStack ? process.argv.slice(2) : [];
  const firstFlag = words.findIndex((word) => word.startsWith("-"));
  const typed = words.slice(0, firstFlag < 0 ? words.length : firstFlag).map(shellWord);
  // sudo takes a number with a # before it.
  const user = name === `uid ${uid}` ? `'#${uid}'` : shellWord(name);
  return ["sudo", "-u", user, "stack", ...typed].join(" ");
}
