import type { Config } from "../config/config-schema.ts";
import { isLoopback } from "../contract/address.ts";
import { UserError } from "../errors/user-error.ts";
import type { ExportOptions } from "./export-format.ts";

/** Where nobody names a host, the page is reached on the machine itself: a loopback name is answered without a setting. */
const LOCAL_HOST = "localhost";

/** The names that people call the page by, the first being its address. Throws a UserError `bad_flag`. */
export function publicHosts({ http }: Pick<Config, "http">, { hosts }: ExportOptions): readonly string[] {
  const wrong = hosts.find((host) => !/^[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(host));
  if (wrong !== undefined)
    throw new UserError("bad_flag", `--host takes a host name; "${wrong}" is not that.`, {
      hint: "Give it without scheme and port: --host chat.example.com",
    });
  const named = hosts.length > 0 ? hosts : http.allowed_hosts;
  return named.length > 0 ? [...new Set(named.map((host) => host.toLowerCase()))] : [LOCAL_HOST];
}

/** Of these, the names that a service of ours does not answer to by itself: the setting `http.allowed_hosts`. */
export function namesToAllow(hosts: readonly string[]): readonly string[] {
  return [...new Set(hosts)].filter((host) => !isLoopback(host));
}
