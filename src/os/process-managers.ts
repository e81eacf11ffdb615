import { basename } from "node:path";
import { cgroupOf, commandOf, environmentOf, parentOf, processesOfUser } from "./linux-processes.ts";
import type { Listener } from "./listening-ports.ts";

/** Who starts a process again when it was killed. */
export interface ProcessManager {
  /** `systemd unit ollama.service`. */
  readonly name: string;
  /** The command after which the process stays away. */
  readonly stop: string;
}

/** Where a keeper leaves its traces. */
export interface ManagerClues {
  /** The text of /proc/PID/cgroup. */
  readonly cgroup: string;
  /** Lines `NAME=value`. */
  readonly environment: readonly string[];
  /** The process, then its parent, and so on upwards. */
  readonly line: readonly { readonly pid: number; readonly command: readonly string[] }[];
}

/**
 * Who keeps a process alive; undefined where nobody is known to, and where it is who keeps this process too.
 * Only on Linux, where /proc tells.
 */
export function findManager(pid: number): ProcessManager | undefined {
  if (process.platform !== "linux") return undefined;
  const keeper = managerIn(cluesOf(pid));
  // In a container, or in a service that runs tests, everything is kept by the same one: nobody means to stop that.
  return keeper?.name === managerIn(cluesOf(process.pid))?.name ? undefined : keeper;
}

/**
 * The same for a listener. Of another user's, the socket does not tell the process, but the keeper is known
 * where that user has only one: Ollama's installer makes a user for its service.
 */
export function findManagerOf({ pid, user }: Listener): ProcessManager | undefined {
  if (pid !== undefined) return findManager(pid);
  if (user === undefined || process.platform !== "linux") return undefined;
  const keepers = processesOfUser(user).map(findManager);
  const names = new Set(keepers.map((keeper) => keeper?.name));
  return names.size === 1 ? keepers[0] : undefined;
}

/** `It is kept alive by systemd unit ollama.service: sudo systemctl disable --now ollama stops it for good.` */
export function describeManager({ name, stop }: ProcessManager): string {
  return `It is kept alive by ${name}: \`${stop}\` stops it for good.`;
}

/** The keeper that these clues name; the innermost one where there are several. */
export function managerIn(clues: ManagerClues): ProcessManager | undefined {
  return (
    dockerProxy(clues) ??
    container(clues) ??
    pm2(clues) ??
    supervisord(clues) ??
    ollamaApp(clues) ??
    systemdUnit(clues)
  );
}

/** Docker's proxy has the port of a container that publishes it. */
function dockerProxy({ line }: ManagerClues): ProcessManager | undefined {
  const command = line[0]?.command ?? [];
  if (basename(command[0] ?? "") !== "docker-proxy") return undefined;
  const port = command[command.indexOf("-host-port") + 1];
  return {
    name: `the Docker container that publishes port ${port}`,
    stop: `docker stop $(docker ps --quiet --filter publish=${port})`,
  };
}

const CONTAINER = /(?:^|[/-])(?<engine>docker|libpod)[-/](?<id>[0-9a-f]{64})(?:\.scope)?$/m;

function container({ cgroup }: ManagerClues): ProcessManager | undefined {
  const { engine, id = "" } = CONTAINER.exec(pathOf(cgroup))?.groups ?? {};
  if (engine === undefined) return undefined;
  const short = id.slice(0, 12);
  return engine === "docker"
    ? { name: `Docker container ${short}`, stop: `docker stop ${short}` }
    : { name: `Podman container ${short}`, stop: `podman stop ${short}` };
}

function pm2({ environment }: ManagerClues): ProcessManager | undefined {
  const id = variableIn(environment, "pm_id");
  if (id === undefined || variableIn(environment, "PM2_HOME") === undefined) return undefined;
  const name = variableIn(environment, "name") ?? id;
  return { name: `pm2 as ${name}`, stop: `pm2 delete ${name}` };
}

function supervisord({ environment }: ManagerClues): ProcessManager | undefined {
  const name = variableIn(environment, "SUPERVISOR_PROCESS_NAME");
  if (name === undefined) return undefined;
  const group = variableIn(environment, "SUPERVISOR_GROUP_NAME");
  const program = group === undefined || group === name ? name : `${group}:${name}`;
  return { name: `supervisord as ${program}`, stop: `supervisorctl stop ${program}` };
}

const OLLAMA_APP = /^(?:ollama app|ollama-app|Ollama)$|\/Ollama\.app\//;

/** The desktop app starts `ollama serve` again; it goes when the app does. */
function ollamaApp({ line }: ManagerClues): ProcessManager | undefined {
  const app = line
    .slice(1)
    .find(({ command: [file = ""] }) => OLLAMA_APP.test(file) || OLLAMA_APP.test(basename(file)));
  return app && { name: `the Ollama app (pid ${app.pid})`, stop: `kill ${app.pid}` };
}

/** What people log in, schedule and draw windows with: what they start there is not kept by it. */
const NOT_KEEPERS =
  /^(?:sshd?|cron(?:d|ie)?|atd|docker|containerd|dbus(?:-broker)?|gdm|sddm|lightdm|user|.*getty|.*terminal.*)(?:@.*)?\.service$/;

function systemdUnit({ cgroup }: ManagerClues): ProcessManager | undefined {
  const path = pathOf(cgroup);
  const unit = path.split("/").findLast((part) => /\.(?:service|scope|slice)$/.test(part)) ?? "";
  if (!unit.endsWith(".service") || NOT_KEEPERS.test(unit)) return undefined;
  const name = unit.replace(/\.service$/, "");
  return /\/user@\d+\.service\//.test(path)
    ? { name: `systemd user unit ${unit}`, stop: `systemctl --user disable --now ${name}` }
    : { name: `systemd unit ${unit}`, stop: `sudo systemctl disable --now ${name}` };
}

/** The path in systemd's hierarchy: `0::/...` of version 2, `1:name=systemd:/...` of version 1. */
function pathOf(cgroup: string): string {
  const lines = cgroup.split("\n").map((line) => /^\d+:(?:name=systemd)?:(.*)$/.exec(line)?.[1] ?? "");
  return lines.toSorted((a, b) => b.length - a.length)[0] ?? "";
}

function variableIn(environment: readonly string[], name: string): string | undefined {
  return environment.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1);
}

function cluesOf(pid: number): ManagerClues {
  return {
    cgroup: cgroupOf(pid),
    environment: environmentOf(pid),
    line: lineOf(pid).map((each) => ({ pid: each, command: commandOf(each) })),
  };
}

function lineOf(pid: number): number[] {
  const parent = parentOf(pid);
  return parent === undefined || parent <= 1 ? [pid] : [pid, ...lineOf(parent)];
}
