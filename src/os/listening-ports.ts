import { connect } from "node:net";
import { homedir } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { type Address, isWildcard } from "../contract/address.ts";
import { nameOfUser, ownUser } from "../files/user-names.ts";
import { listenersHeldByOnDarwin, listenersOnDarwin } from "./darwin-processes.ts";
import { listenersHeldBy, listeningSockets, socketOwners } from "./linux-processes.ts";
import { describeProcess } from "./process-identity.ts";
import type { ProcessDetails } from "./process-table.ts";
import type { ListeningSocket } from "./procfs.ts";

/** A socket that listens where a service wants to. */
export interface Listener {
  readonly address: string;
  readonly port: number;
  /** Absent where this user may not see whose socket it is. */
  readonly pid?: number;
  /** Owner of the socket, as far as known. */
  readonly user?: string;
}

/** The listening sockets of this machine, at a moment that its maker chose. */
export type SocketTable = () => readonly ListeningSocket[];

/**
 * A table for several questions that are asked at once: the kernel walks through all its sockets at each
 * look, which takes milliseconds on a busy machine. Looked at when it is asked first, and never again.
 */
export function socketTable(): SocketTable {
  let seen: readonly ListeningSocket[] | undefined;
  return () => {
    seen ??= listeningSockets();
    return seen;
  };
}

/**
 * The listeners that take an address: on the address itself, on a wildcard, or, if the address is a
 * wildcard, on any. Several on one address (SO_REUSEPORT) are several listeners.
 *
 * @param suspects pids that are asked first whether the socket is theirs
 * @param table where to look; by default as it is now
 */
export async function findListeners(
  address: Address,
  suspects: readonly number[] = [],
  table: SocketTable = listeningSockets,
): Promise<Listener[]> {
  if (process.platform === "darwin") return findOnDarwin(address);
  const found = findInTable(table, address, suspects);
  if (found.every(({ pid }) => pid !== undefined)) return found;
  // A process that is being killed loses its open files a moment before its sockets close.
  await delay(SETTLE_MS);
  return findInTable(listeningSockets, address, suspects);
}

/** Where these processes listen, each place once; without those that this user may not look into. */
export function listeningAddressesOf(pids: readonly number[]): Address[] {
  if (pids.length === 0) return [];
  const sockets = process.platform === "darwin" ? listenersHeldByOnDarwin(pids) : listenersHeldBy(pids);
  const places = sockets.map(({ address, port }) => [`${address} ${port}`, { host: address, port }] as const);
  return [...new Map(places).values()];
}

/** Whether a listener on one address leaves no room for one on the other. IPv6 wildcards count as taking IPv4 too. */
export function isInTheWay(listening: string, wanted: string): boolean {
  const wants = wanted === "localhost" ? ["127.0.0.1", "::1"] : [wanted];
  if (listening === "::" || wanted === "::") return true;
  const sameFamily = wants.some((address) => address.includes(":") === listening.includes(":"));
  return sameFamily && (isWildcard(wanted) || isWildcard(listening) || wants.includes(listening));
}

/** One line for a person: `pid 9120, python3 hmi_app.py, started 2 h ago in ~/pas`. */
export function describeListener(listener: Listener): string {
  const found = listener.pid === undefined ? undefined : describeProcess(listener.pid);
  if (found !== undefined) return describe(found);
  return listener.user === undefined
    ? "a process that could not be looked at"
    : `a process of user ${listener.user} that could not be looked at`;
}

/** One line for a person about a process, like {@link describeListener}. */
export function describe({ pid, command, user, cwd, startedAt }: ProcessDetails): string {
  // Whoever names a process must not be able to write on the terminal of whoever looks at it.
  const words = plain(command.join(" "));
  const program = words.length > MOST_COMMAND_CHARS ? `${words.slice(0, MOST_COMMAND_CHARS)}…` : words;
  const of = user === ownUser() ? "" : ` of user ${user}`;
  const where = cwd === undefined ? "" : ` in ${plain(shortPath(cwd))}`;
  return `pid ${pid}${of}, ${program}, started ${ago(Date.now() - startedAt.getTime())} ago${where}`;
}

const MOST_COMMAND_CHARS = 100;
const SETTLE_MS = 20;

function findInTable(table: SocketTable, wanted: Address, suspects: readonly number[]): Listener[] {
  const sockets = table().filter(
    ({ address, port }) => port === wanted.port && isInTheWay(address, wanted.host),
  );
  if (sockets.length === 0) return [];
  const inodes = sockets.map(({ inode }) => inode);
  const owners = socketOwners(inodes, suspects);
  return sockets.map(({ address, port, uid, inode }) => {
    const pid = owners.get(inode);
    return { address, port, user: nameOfUser(uid), ...(pid === undefined ? {} : { pid }) };
  });
}

/** Sockets of other users are not shown there: that something listens is then all that is known. */
async function findOnDarwin(address: Address): Promise<Listener[]> {
  const found = listenersOnDarwin(address.port).filter((one) => isInTheWay(one.address, address.host));
  return found.length > 0 ? found : await findByConnecting(address);
}

function findByConnecting({ host, port }: Address): Promise<Listener[]> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (found: Listener[]) => {
      socket.destroy();
      resolve(found);
    };
    socket.once("connect", () => settle([{ address: host, port }]));
    socket.once("error", () => settle([]));
  });
}

function plain(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, " ");
}

function shortPath(path: string): string {
  const home = homedir();
  return path === home || path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 2 * 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
