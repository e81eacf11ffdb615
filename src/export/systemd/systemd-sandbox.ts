import type { UnitFile } from "./unit-file.ts";
import { listWord, withoutSpecifiers } from "./unit-file.ts";

type Settings = UnitFile[string];

/**
 * What a service of ours may do: an account of its own, one folder to write to, and the network. Without
 * `MemoryDenyWriteExecute`: Node and Ollama compile while they run.
 *
 * @param account the account that systemd makes while such a service runs, and its folder below /var/lib
 * @param programs what it runs: seen also where it lies in a home folder, of which it sees nothing else
 */
export function sandbox(account: string, programs: readonly string[]): Settings {
  const hidden = programs.filter((path) => /^\/(?:home|root|run\/user|tmp|var\/tmp)\//.test(path));
  return {
    DynamicUser: true,
    User: account,
    StateDirectory: account,
    StateDirectoryMode: "0700",
    WorkingDirectory: `%S/${account}`,
    UMask: "0077",
    ProtectSystem: "strict",
    ProtectHome: "tmpfs",
    BindReadOnlyPaths: hidden.length === 0 ? undefined : hidden.map(listWord).join(" "),
    PrivateTmp: true,
    NoNewPrivileges: true,
    CapabilityBoundingSet: "",
    AmbientCapabilities: "",
    ProtectClock: true,
    ProtectControlGroups: true,
    ProtectHostname: true,
    ProtectKernelLogs: true,
    ProtectKernelModules: true,
    ProtectKernelTunables: true,
    ProtectProc: "invisible",
    LockPersonality: true,
    RestrictAddressFamilies: "AF_INET AF_INET6 AF_UNIX AF_NETLINK",
    RestrictNamespaces: true,
    RestrictRealtime: true,
    RestrictSUIDSGID: true,
    SystemCallArchitectures: "native",
    SystemCallFilter: ["@system-service", "~@privileged"],
    SystemCallErrorNumber: "EPERM",
  };
}

/** A program of the user's runs as whoever exports it, and reaches what it reaches now. */
export function asTheUser(user: string, folder: string): Settings {
  return { User: user, WorkingDirectory: withoutSpecifiers(folder), NoNewPrivileges: true, PrivateTmp: true };
}
