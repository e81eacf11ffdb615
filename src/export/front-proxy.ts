import type { Config } from "../config/config-schema.ts";
import { replicaAddresses } from "../config/replicas.ts";
import { type Address, hostFromHere } from "../contract/address.ts";
import { LIMITS } from "../contract/contract-defaults.ts";
import { CHANGING_GETS, hmiRoutes } from "../contract/routes.ts";
import type { ExportFormat, ExportOptions } from "./export-format.ts";
import { namesToAllow, publicHosts } from "./public-hosts.ts";

/** What a proxy in front of the page must do, whichever it is. */
export interface FrontProxy {
  /** The names that people call it by. */
  readonly hosts: readonly string[];
  /** Where the copies of the page's service listen. */
  readonly upstreams: readonly Address[];
  /** Largest body that is passed on, in bytes: the service itself answers what is larger, in its own words. */
  readonly bodyBytes: number;
  /** Longest head that is passed on, in bytes: a message may stand in a URL. */
  readonly headBytes: number;
  /** Longest silence of a stream that is no fault, in seconds. */
  readonly silenceSeconds: number;
  /** GETs that change something: what may have been received is never sent to another copy. */
  readonly neverRepeated: readonly string[];
  /** The header by which a proxy names a person; undefined where none is believed. */
  readonly userHeader: string | undefined;
}

const MIB = 1024 * 1024;
const HOUR_SECONDS = 3_600;

/** What the proxy needs to know; `upstreams` is where it finds the page's service. */
export function describeFrontProxy(
  config: Config,
  hosts: readonly string[],
  upstreams: readonly Address[],
): FrontProxy {
  return {
    hosts,
    upstreams,
    bodyBytes: LIMITS.imageBodyBytes + MIB,
    headBytes: LIMITS.headBytes,
    silenceSeconds: Math.max(HOUR_SECONDS, Math.ceil((4 * config.stream.heartbeat_ms) / 1000)),
    neverRepeated: Object.values(hmiRoutes)
      .map(({ pattern }) => pattern)
      .filter((pattern) => CHANGING_GETS.has(pattern)),
    userHeader: config.auth.user_header || undefined,
  };
}

/** What a proxy's format is called, the one file that it writes, and the text of that. */
interface FrontProxyFormat extends Pick<ExportFormat, "name" | "summary"> {
  readonly file: string;
  readonly render: (front: FrontProxy) => string;
}

/** A format for a proxy in front of the page. */
export function frontProxyFormat({ name, summary, file, render }: FrontProxyFormat): ExportFormat {
  return {
    name,
    summary,
    render(config, options) {
      const front = describeLocalFrontProxy(config, options);
      return { files: [{ name: file, text: render(front) }], notes: frontProxyNotes(config, front) };
    },
  };
}

/** The proxy of the copies that are given, or of those that run on the same machine, as they are configured. */
function describeLocalFrontProxy(config: Config, options: ExportOptions): FrontProxy {
  const { host, port } = config.hmi;
  const local = { host: hostFromHere(host), port };
  const upstreams = options.upstreams?.length
    ? options.upstreams
    : replicaAddresses(config.services["hmi"], local);
  return describeFrontProxy(config, publicHosts(config, options), upstreams);
}

/** What the services must be told before a proxy in front of them works, in words; nothing where all is said. */
function frontProxyNotes(config: Config, { hosts, userHeader }: FrontProxy): readonly string[] {
  const unknown = namesToAllow(hosts).filter((host) => !config.http.allowed_hosts.includes(host));
  const notes: string[] = [];
  if (unknown.length > 0)
    notes.push(
      `The page does not answer to ${unknown.join(", ")} yet: add it to http.allowed_hosts, and restart.`,
    );
  if (config.auth.token === "")
    notes.push("Whoever reaches this proxy reads and changes all conversations: set auth.token.");
  if (userHeader !== undefined)
    notes.push(
      `The proxy takes ${userHeader} out of every call: put in its place what your sign-in says of the caller.`,
    );
  return notes;
}
