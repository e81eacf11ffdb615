import { closeSync, constants, openSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { ownPidNamespace } from "./pid-namespace.ts";

/**
 * That a process lives, as a Unix socket in a folder of its user's that it listens on for as long as it does.
 * Whether somebody listens there can be asked from another PID namespace too, in which its pid names nobody or a
 * stranger: from the host of a container, and from a container beside it. Nothing is said over it. Only where the OS has
 * PID namespaces; elsewhere the pid tells.
 */

/**
 * Listens until this process ends, or the returned function is called, which removes the socket, too. Where the file
 * system has no sockets, nobody can ask, and nothing else is amiss.
 */
export function openLivenessSocket(folder: string, name: string): () => void {
  if (ownPidNamespace() === undefined) return () => undefined;
  const opened = openFolder(folder);
  // That of a killed one is in the way.
  removeLivenessSocket(folder, name);
  const server = createServer((socket) => socket.destroy());
  server.on("error", () => closeSync(opened));
  server.listen(socketIn(opened, name));
  server.unref();
  return () => {
    server.close(() => closeSync(opened));
  };
}

/** Removes the socket of a process that has ended, or is about to; only for who knows that. */
export function removeLivenessSocket(folder: string, name: string): void {
  rmSync(join(folder, fileName(name)), { force: true });
}

/** Whether a process of this name listens in this folder, whatever namespace it is in. */
export async function isLivenessSocketOpen(folder: string, name: string): Promise<boolean> {
  const opened = openFolder(folder);
  try {
    return await new Promise((resolve) => {
      const socket = connect(socketIn(opened, name));
      socket.once("error", () => resolve(false));
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
    });
  } finally {
    closeSync(opened);
  }
}

function fileName(name: string): string {
  return `${name}.sock`;
}

function openFolder(folder: string): number {
  return openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
}

/** By a descriptor, because the path of a socket may have 107 bytes at most, and that of a folder more. */
function socketIn(folder: number, name: string): string {
  return join("/proc/self/fd", String(folder), fileName(name));
}
