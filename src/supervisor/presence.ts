import { closeSync, constants, openSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { ownPidNamespace } from "./os/pid-namespace.ts";
import { type StateFolder, SUPERVISOR } from "./state.ts";

/**
 * The supervisor's presence, as a Unix socket in the state folder that it listens on for as long as it lives. Whether
 * somebody listens there can be asked from another PID namespace too, in which its pid names nobody or a stranger:
 * from the host of a container, and from a container beside it. Nothing is said over it. Only where the OS has
 * PID namespaces; elsewhere the pid tells.
 */

/** Listens until this process ends. Where the file system has no sockets, nobody can ask, and nothing else is amiss. */
export function showPresence(state: StateFolder): void {
  if (ownPidNamespace() === undefined) return;
  const folder = openFolder(state);
  // That of a killed one is in the way.
  clearPresence(state);
  const server = createServer((socket) => socket.destroy());
  server.on("error", () => closeSync(folder));
  server.listen(socketIn(folder));
  server.unref();
}

/** Removes the socket of a supervisor that has ended, or is about to; only for the holder of the lock, and the supervisor. */
export function clearPresence({ run }: StateFolder): void {
  rmSync(join(run, SOCKET), { force: true });
}

const SOCKET = `${SUPERVISOR}.sock`;

/** Whether a supervisor listens in this state folder, whatever namespace it is in. */
export async function isPresent(state: StateFolder): Promise<boolean> {
  const folder = openFolder(state);
  try {
    return await new Promise((resolve) => {
      const socket = connect(socketIn(folder));
      socket.once("error", () => resolve(false));
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
    });
  } finally {
    closeSync(folder);
  }
}

function openFolder({ run }: StateFolder): number {
  return openSync(run, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
}

/** By a descriptor, because the path of a socket may have 107 bytes at most, and that of a state folder more. */
function socketIn(folder: number): string {
  return join("/proc/self/fd", String(folder), SOCKET);
}
