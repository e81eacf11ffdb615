import { BlockList, isIP, isIPv6 } from "node:net";
import { hostname, networkInterfaces } from "node:os";

/**
 * Whether this name can only mean this machine or its network, as Ollama judges it: no page on the Internet can
 * have it for its own. In lower case, without port and brackets; empty where a call names nobody.
 */
export function isLocalName(name: string): boolean {
  return (
    name === "" ||
    name === "localhost" ||
    name === hostname().toLowerCase() ||
    /\.(?:localhost|local|internal)$/.test(name) ||
    (isIP(name) !== 0 && (isLoopbackAddress(name) || isInNetwork(name) || isOwnAddress(name)))
  );
}

/** Whether a server on this address is reached from this machine only. */
export function isLoopbackAddress(address: string): boolean {
  return LOOPBACK.check(address, familyOf(address));
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8);
LOOPBACK.addAddress("::1", "ipv6");

const NETWORK = new BlockList();
NETWORK.addSubnet("10.0.0.0", 8);
NETWORK.addSubnet("172.16.0.0", 12);
NETWORK.addSubnet("192.168.0.0", 16);
NETWORK.addSubnet("fc00::", 7, "ipv6");
NETWORK.addAddress("0.0.0.0");
NETWORK.addAddress("::", "ipv6");

/** Whether it is an address of a network that nobody reaches from outside, or stands for all addresses of a machine. */
function isInNetwork(address: string): boolean {
  return NETWORK.check(address, familyOf(address));
}

function isOwnAddress(address: string): boolean {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .some((own) => own.address === address);
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}
