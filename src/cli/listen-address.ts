import type { Address } from "../contract/address.ts";
import { UserError } from "../errors/user-error.ts";

/** Reads a flag's `127.0.0.1:11435` or `[::1]:0`, with port 0 for any free one. Throws a UserError. */
export function parseListenAddress(text: string, flag = "--listen"): Address {
  const [, host, port] = /^(\[[\da-f:.]+\]|[\w.-]+):(\d{1,5})$/i.exec(text) ?? [];
  if (host !== undefined && Number(port) <= 65_535) {
    // A socket wants an IPv6 address without the brackets that it has here.
    return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
  }
  throw new UserError("bad_flag", `${flag} takes an address and a port; "${text}" is not that.`, {
    hint: `For example: ${flag} 127.0.0.1:11435`,
  });
}
