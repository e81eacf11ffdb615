/** The fields of /proc/PID/stat that are used here (proc_pid_stat(5)). */
export interface ProcessStat {
  /** One letter: see {@link isDead}. */
  readonly state: string;
  /** Pid of the process that started it, or that took it over. */
  readonly parent: number;
  readonly group: number;
  /** Field 22, in clock ticks since boot. */
  readonly startTime: string;
}

/** Reads /proc/PID/stat. */
export function parseStat(text: string): ProcessStat | undefined {
  const fields = statFields(text);
  const [state, parent, group] = fields;
  const startTime = fields[19];
  if (state === undefined || group === undefined || startTime === undefined) return undefined;
  return { state, parent: Number(parent), group: Number(group), startTime };
}

/** Whether the thread that this was read of has ended; of /proc/PID/stat that is the first one of the process. */
export function isDead({ state }: Pick<ProcessStat, "state">): boolean {
  return "ZXx".includes(state);
}

/** What a process has used, by /proc/PID/stat (proc_pid_stat(5)). */
export interface StatUsage extends Pick<ProcessStat, "state"> {
  readonly group: number;
  /** Fields 14 to 17, in clock ticks: of the process, and of its children that have ended. */
  readonly cpuTicks: number;
  /** Field 24; 0 where its first thread has ended: see the stat of another. */
  readonly residentPages: number;
}

/** Reads the usage of a process from /proc/PID/stat. */
export function parseStatUsage(text: string): StatUsage | undefined {
  const fields = statFields(text);
  const [state = "", , group] = fields;
  const pages = fields[21];
  if (pages === undefined) return undefined;
  const cpuTicks = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
  return { state, group: Number(group), cpuTicks, residentPages: Number(pages) };
}

/** From the third field on: the second, a program's name, may hold spaces and brackets. */
function statFields(text: string): string[] {
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** One listening socket of /proc/net/tcp or /proc/net/tcp6 (proc_net_tcp(5)). */
export interface ListeningSocket {
  /** As a person writes it; an IPv4 address inside IPv6 is written as IPv4. */
  readonly address: string;
  readonly port: number;
  readonly uid: number;
  readonly inode: string;
}

const LISTEN = "0A";

/** The listening sockets in the text of /proc/net/tcp or /proc/net/tcp6. */
export function parseSocketTable(text: string): ListeningSocket[] {
  const sockets: ListeningSocket[] = [];
  for (const line of text.split("\n").slice(1)) {
    const [, local, , state, , , , uid, , inode] = line.trim().split(/\s+/);
    if (state !== LISTEN || local === undefined || inode === undefined) continue;
    const [address = "", port = ""] = local.split(":");
    sockets.push({
      address: address.length === 8 ? ipv4(address) : ipv6(address),
      port: Number.parseInt(port, 16),
      uid: Number(uid),
      inode,
    });
  }
  return sockets;
}

/** Whether the last whole line of the beginning of such a table is the head or a listener. */
export function endsInListener(text: string): boolean {
  const state = text.split("\n").at(-2)?.trim().split(/\s+/)[3];
  return state === "st" || state === LISTEN;
}

// The kernel prints each 32-bit word in the byte order of the machine: little-endian wherever Node runs today.
function wordBytes(word: string): string[] {
  return (word.match(/../g) ?? []).reverse();
}

function ipv4(hex: string): string {
  return wordBytes(hex)
    .map((byte) => Number.parseInt(byte, 16))
    .join(".");
}

function ipv6(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  if (hex.startsWith("0000000000000000FFFF0000")) return ipv4(words[3] ?? "");
  const groups = words.flatMap(wordBytes).join("").match(/.{4}/g) ?? [];
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}
