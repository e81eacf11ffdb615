import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { messageOf } from "../../src/errors/thrown-error.ts";
import { postgresqlPrograms } from "../../test/support/postgresql-programs.ts";
import { NGINX } from "./nginx-host.ts";

/** What is missing on this machine for hosts of one's own, one sentence each. */
export function missingForHosts(): string[] {
  const missing: string[] = [];
  if (userInfo().uid !== 0) missing.push("Network namespaces are root's to make: run it as root.");
  const programs = ["ip", "unshare", "setpriv", "nice"];
  const folders = (process.env["PATH"] ?? "").split(":");
  for (const program of programs) {
    if (!folders.some((folder) => existsSync(`${folder}/${program}`)))
      missing.push(`There is no ${program} (Debian: iproute2, util-linux).`);
  }
  if (postgresqlPrograms() === undefined) {
    missing.push("There is no PostgreSQL: apt-get install --no-install-recommends postgresql.");
  }
  if (!existsSync(NGINX)) missing.push("There is no nginx: apt-get install --no-install-recommends nginx.");
  return missing;
}

/** Makes a temporary folder for data and logs of hosts; its name begins with this. */
export function makeHostsFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  // PostgreSQL runs as another user, and has its data in there.
  chmodSync(folder, 0o711);
  return folder;
}

/**
 * Runs a program of Node's in PID, mount and network namespaces of its own, and returns its exit code. The kernel ends every
 * process in there with it, and takes all that was mounted and plugged in there, however it ends. Its standard input
 * ends when this process does: see {@link actIsolated}.
 *
 * @param niceness as nice(1) has it
 */
export async function runIsolated(file: string, args: readonly string[], niceness: number): Promise<number> {
  const namespaces = ["--fork", "--pid", "--mount", "--mount-proc", "--net", "--kill-child"];
  const child = spawn(
    "nice",
    ["-n", String(niceness), "unshare", ...namespaces, process.execPath, file, ...args],
    {
      stdio: ["pipe", "inherit", "inherit"],
    },
  );
  const leave = (): void => {
    child.stdin.end();
  };
  process.on("SIGINT", leave);
  process.on("SIGTERM", leave);
  const [code, signal] = await once(child, "exit");
  return code ?? (signal === null ? 1 : 130);
}

/**
 * Does the work of a program that {@link runIsolated} has started, and ends this process: where the work is done, where it has
 * failed, and where whoever started it has ended or wants it to.
 *
 * @param name of the work, in the message of its failure
 * @param finish ends this process with this exit code
 */
export async function actIsolated(
  name: string,
  work: () => Promise<void>,
  finish: (code: number) => void = process.exit,
): Promise<void> {
  process.stdin.once("end", () => finish(130)).resume();
  // The terminal tells all; the first process of a namespace obeys no signal that it does not ask for.
  process.on("SIGINT", () => finish(130));
  process.on("SIGTERM", () => finish(143));
  try {
    await work();
  } catch (error) {
    console.error(`${name} has failed: ${error instanceof Error ? error.stack : messageOf(error)}`);
    return finish(1);
  }
  finish(0);
}
