/** A listening TCP socket, and the process that holds it. */
export interface HeldSocket {
  /** `0.0.0.0` and `::` for the wildcards. */
  readonly address: string;
  readonly port: number;
  readonly pid: number;
  readonly user: string;
}

/** Asks lsof for the listeners on a port, in the form that {@link parseLsof} reads. */
export function lsofArguments(port: number): string[] {
  return ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-FpLtn"];
}

/** Asks it for what these processes listen at. */
export function lsofArgumentsOf(pids: readonly number[]): string[] {
  return ["-nP", "-a", `-p${pids.join()}`, "-iTCP", "-sTCP:LISTEN", "-FpLtn"];
}

/**
 * Reads the output of lsof for other programs (lsof(8)): a line a field, its first character says which. The fields of
 * a process (p, L) come before those of its files (t, n).
 */
export function parseLsof(text: string): HeldSocket[] {
  const sockets: HeldSocket[] = [];
  let [pid, user, isIPv6] = [0, "", false];
  for (const line of text.split("\n")) {
    const value = line.slice(1);
    if (line.startsWith("p")) pid = Number(value);
    if (line.startsWith("L")) user = value;
    if (line.startsWith("t")) isIPv6 = value === "IPv6";
    const [, host = "", port] = (line.startsWith("n") && /^(.*):(\d+)$/.exec(value)) || [];
    if (port !== undefined)
      sockets.push({ address: plainAddress(host, isIPv6), port: Number(port), pid, user });
  }
  return sockets;
}

function plainAddress(host: string, isIPv6: boolean): string {
  if (host === "*") return isIPv6 ? "::" : "0.0.0.0";
  return host.replace(/^\[(.*)\]$/, "$1");
}
