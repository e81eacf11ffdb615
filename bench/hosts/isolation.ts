import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { NGINX } from "./nginx-host.ts";
import { postgresqlPrograms } from "./postgresql-host.ts";

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

/**
 * Runs a program of Node's in PID, mount and network namespaces of its own, and returns its exit code. The kernel ends every
 * process in there with it, and takes all that was mounted and plugged in there, however it ends. Its standard input
 * ends when this process does.
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
