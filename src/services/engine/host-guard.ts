import { BlockList, isIPv6 } from "node:net";
import { hostname, networkInterfaces } from "node:os";

/**
 * Whether a request with this `Host` may pass: names and addresses that can only mean this machine or its
 * network. A web page that points a name of its own at loopback (DNS rebinding) does not get through.
 */
export function isAllowedHost(header: string): boolean {
  const host = withoutPort(header).toLowerCase();
  return (
    host === "" ||
    host === "localhost" ||
    host === hostname().toLowerCase() ||
    /\.(?:localhost|local|internal)$/.test(host) ||
    LOCAL.check(host, familyOf(host)) ||
    isOwnAddress(host)
  );
}

/** Whether a server on this address is reached from this machine only. */
export function isLoopback(address: string): boolean {
  return LOOPBACK.check(address, familyOf(address));
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8);
LOOPBACK.addAddress("::1", "ipv6");

const LOCAL = new BlockList();
LOCAL.addSubnet("127.0.0.0", 8);
LOCAL.addAddress("::1", "ipv6");
LOCAL.addSubnet("10.0.0.0", 8);
LOCAL.addSubnet("172.16.0.0", 12);
LOCAL.addSubnet("192.168.0.0", 16);
LOCAL.addSubnet("fc00::", 7, "ipv6");
LOCAL.addAddress("0.0.0.0");
LOCAL.addAddress("::", "ipv6");

function isOwnAddress(host: string): boolean {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .some(({ address }) => address === host);
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}

function withoutPort(header: string): string {
  return header.replace(/:\d*$/, "").replace(/^\[(.*)\]$/, "$1");
}
