import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Ports that are free and stay so. They lie below the range from which every kernel takes the ports of
 * outgoing connections and of listeners on port 0: nobody but another caller of this function is given
 * one of them by chance.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

const LOWEST = 12_000;
const HIGHEST = 32_000;

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

/** This many ports one after the other, all of which are free; else as {@link freePorts}. Gives back the first. */
export async function freePortRange(count: number): Promise<number> {
  for (;;) {
    const [first = 0] = await freePorts(1);
    const others = Array.from({ length: count - 1 }, (_, index) => first + index + 1);
    if ((await Promise.all(others.map(isFree))).every(Boolean)) return first;
  }
}
