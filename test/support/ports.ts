import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Ports that are free and stay so: each is given once on this machine, until the process that has it ends, however that ends.
 * They lie below the range from which every kernel takes the ports of outgoing connections and of listeners on port 0: nobody but
 * another caller of this function is given one of them by chance.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (await reservePort(port)) ports.push(port);
  }
  return ports;
}

const reserved = new Map<number, Socket>();

/** Gives a port up that something listens on by now: for a test that counts who has it, by UDP too. */
export function releasePort(port: number): void {
  reserved.get(port)?.close();
  reserved.delete(port);
}

const LOWEST = 12_000;
const HIGHEST = 32_000;

/**
 * Whether this port is now this process's own among all that ask here: who has the UDP port of the same number has it. Nobody
 * else uses that, the kernel gives it to one process only, and takes it back when that ends.
 */
export async function reservePort(port: number): Promise<boolean> {
  const socket = createSocket("udp4");
  try {
    socket.bind(port, "127.0.0.1");
    await once(socket, "listening");
  } catch {
    socket.close();
    return false;
  }
  socket.unref();
  reserved.set(port, socket);
  return await isFree(port);
}

/** Whether a service could listen there now. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    server.close();
    await once(server, "close");
    return true;
  } catch {
    return false;
  }
}

/** This many ports one after the other; else as {@link freePorts}. Gives back the first. */
export async function freePortRange(count: number): Promise<number> {
  for (;;) {
    const [first = 0] = await freePorts(1);
    const others = Array.from({ length: count - 1 }, (_, index) => first + index + 1);
    if ((await Promise.all(others.map(reservePort))).every(Boolean)) return first;
  }
}
