import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Of all hosts; the client, which is this process, has the last address. */
const SUBNET = "10.99.0";
const CLIENT = 254;
const BRIDGE = "stack0";

/** A host of its own: a network namespace with one cable, to a switch. */
export interface Host {
  readonly name: string;
  readonly address: string;
}

/**
 * Hosts on one switch. To be used in network, mount and PID namespaces of one's own (see `isolation.ts`): with these all
 * that is made here goes.
 */
export class Network {
  readonly #hosts = new Map<string, Host>();

  /** Makes the switch, with this process's own cable in it. */
  static async create(): Promise<Network> {
    // The names of network namespaces are files, which others are not to see, nor to be left with.
    await run("mkdir", ["-p", "/run/netns"]);
    await run("mount", ["-t", "tmpfs", "none", "/run/netns"]);
    await ip("link set lo up");
    await ip(`link add ${BRIDGE} type bridge`);
    await ip(`addr add ${SUBNET}.${CLIENT}/24 dev ${BRIDGE}`);
    await ip(`link set ${BRIDGE} up`);
    return new Network();
  }

  async add(name: string): Promise<Host> {
    const address = `${SUBNET}.${this.#hosts.size + 1}`;
    await ip(`netns add ${name}`);
    await ip(`link add ${name} type veth peer name eth0 netns ${name}`);
    await ip(`link set ${name} master ${BRIDGE} up`);
    await ip(`-n ${name} link set lo up`);
    await ip(`-n ${name} addr add ${address}/24 dev eth0`);
    await ip(`-n ${name} link set eth0 up`);
    const host = { name, address };
    this.#hosts.set(name, host);
    return host;
  }

  /** Pulls a host's cable, or puts it in again. */
  async setCable(host: Host, isIn: boolean): Promise<void> {
    await ip(`link set ${host.name} ${isIn ? "up" : "down"}`);
  }
}

async function ip(words: string): Promise<void> {
  await run("ip", words.split(" "));
}
