import { basename } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Role } from "../../config/service-config.ts";
import { isLoopback, isWildcard } from "../../contract/address.ts";
import { areRelated, findDuplicates } from "../../os/duplicate-processes.ts";
import { describe, describeListener, findListeners, type Listener } from "../../os/listening-ports.ts";
import { describeProcess } from "../../os/process-identity.ts";
import { findManager, findManagerOf } from "../../os/process-managers.ts";
import type { ProcessDetails } from "../../os/process-table.ts";
import type { ServiceState } from "../../supervisor/inspect-service.ts";
import type { Rung, RungFinding } from "../climb-ladder.ts";
import { broken } from "../diagnose.ts";
import type { Somebody } from "../diagnoses/process-diagnoses.ts";
import { type ExaminedService, type ExaminedStack, examinedService } from "../examined-stack.ts";

/** There is one process of the service, and only one. */
export function processRung(service: Role): Rung<ExaminedStack> {
  return {
    id: `${service}/process`,
    service,
    name: "process",
    needs: [],
    async look(stack) {
      const examined = examinedService(stack, service);
      if (isElsewhere(examined)) return elsewhere(examined);
      // Somebody else's service is whoever has its port; one of ours is whom our record names.
      return examined.state === undefined
        ? await lookByPort(examined, stack)
        : await lookByRecord(examined, stack);
    },
  };
}

/** The port is the process's own, and nobody else's too. */
export function portRung(service: Role): Rung<ExaminedStack> {
  return {
    id: `${service}/port`,
    service,
    name: "port",
    needs: [`${service}/process`],
    async look(stack) {
      const examined = examinedService(stack, service);
      const { port } = examined.address;
      if (isElsewhere(examined)) return elsewhere(examined);
      const known = stack.notes.pid[service];
      const listeners = await findListeners(
        examined.address,
        known === undefined ? [] : [known],
        examined.sockets,
      );
      const [first] = listeners;
      if (first === undefined) {
        const log = examined.state?.state === "running" ? examined.state.record.log : undefined;
        return broken("not_listening", { service, port, pid: known, log });
      }
      const others = listeners.filter(({ pid }) => isStranger(pid, known));
      if (others.length === 0) return { status: "holds", text: `port ${port} is its own` };
      const seen = { port, owner: somebody(ownerOf(listeners, known)), others: others.map(somebody) };
      return others.every(isOllama)
        ? broken("second_ollama", seen)
        : broken("second_listener", { service, ...seen });
    },
  };
}

/** What this stack starts is on this machine, whatever the address; an engine of which nothing is here may be anywhere. */
function isElsewhere({ name, address, state }: ExaminedService): boolean {
  if (isLoopback(address.host) || isWildcard(address.host)) return false;
  return state === undefined || (name === "engine" && state.state === "stopped");
}

function elsewhere({ address }: ExaminedService): RungFinding {
  return {
    status: "skipped",
    text: `${address.host} is another machine: its processes cannot be looked at from here`,
  };
}

async function lookByPort(
  { name, url, namedBy, address, sockets }: ExaminedService,
  { notes }: ExaminedStack,
): Promise<RungFinding> {
  const listeners = await findListeners(address, [], sockets);
  const [first] = listeners;
  if (first === undefined) {
    return broken("not_running", {
      service: name,
      url,
      isOurs: false,
      namedBy,
      unreadable: undefined,
      lastExit: undefined,
    });
  }
  const found = first.pid === undefined ? undefined : describeProcess(first.pid);
  if (found === undefined) return { status: "holds", text: kept(describeListener(first), first) };
  notes.pid[name] = found.pid;
  if (found.cwd !== undefined) notes.folder[name] = found.cwd;
  return (
    (await duplicatesOf(found, name, address.port)) ?? {
      status: "holds",
      text: kept(shortWords(found), first),
    }
  );
}

async function lookByRecord(
  { name, url, namedBy, address, state, lastExit }: ExaminedService,
  { notes }: ExaminedStack,
): Promise<RungFinding> {
  switch (state?.state) {
    case "running": {
      const { pid, cwd } = state.record;
      notes.pid[name] = pid;
      notes.folder[name] = cwd;
      const found = describeProcess(pid);
      const duplicates = found && (await duplicatesOf(found, name, address.port));
      return duplicates ?? { status: "holds", text: `process ${pid}, started by \`stack up\`` };
    }
    case "stale": {
      const { fate, record } = state;
      return broken("stale_record", { service: name, pid: record.pid, fate, log: record.log });
    }
    case "foreign":
      return broken("port_taken", {
        service: name,
        url,
        by: state.listeners.map(somebody),
        isAlike: state.probe.ok,
      });
    default:
      return broken("not_running", {
        service: name,
        url,
        isOurs: true,
        namedBy,
        unreadable: unreadableIn(state),
        lastExit,
      });
  }
}

function unreadableIn(state: ServiceState | undefined): string | undefined {
  return state?.state === "stopped" ? state.unreadable : undefined;
}

/** What forks looks like its parent for a moment: only who is still there counts. */
const LOOK_AGAIN_MS = 200;

async function duplicatesOf(
  owner: ProcessDetails,
  service: Role,
  port: number,
): Promise<RungFinding | undefined> {
  const seen = findDuplicates(owner.pid);
  if (seen.length === 0) return undefined;
  await delay(LOOK_AGAIN_MS);
  const others = findDuplicates(owner.pid).filter((now) => seen.some(({ pid }) => pid === now.pid));
  if (others.length === 0) return undefined;
  return broken("duplicate", { service, port, owner: toSomebody(owner), others: others.map(toSomebody) });
}

function isStranger(pid: number | undefined, owner: number | undefined): boolean {
  // A service may hide its open files: nobody is accused of what cannot be seen.
  return pid !== undefined && owner !== undefined && !areRelated(pid, owner);
}

function ownerOf(listeners: readonly Listener[], owner: number | undefined): Listener {
  const { address = "", port = 0 } = listeners[0] ?? {};
  return (
    listeners.find(({ pid }) => pid === owner) ?? {
      address,
      port,
      ...(owner === undefined ? {} : { pid: owner }),
    }
  );
}

/** A listener, as far as it can be described. */
function somebody(listener: Listener): Somebody {
  return { pid: listener.pid, words: describeListener(listener), keeper: findManagerOf(listener) };
}

/** A process, the same way. */
export function toSomebody(found: ProcessDetails): Somebody {
  return { pid: found.pid, words: describe(found), keeper: findManager(found.pid) };
}

function isOllama({ pid }: Listener): boolean {
  const [file = "", verb] = pid === undefined ? [] : (describeProcess(pid)?.command ?? []);
  return basename(file) === "ollama" && verb === "serve";
}

/** `process 812, ollama serve`. */
function shortWords({ pid, command }: ProcessDetails): string {
  const words = command.map((word) => (word.startsWith("/") ? basename(word) : word)).join(" ");
  return `process ${pid}, ${words.length > MOST_CHARS ? `${words.slice(0, MOST_CHARS)}…` : words}`;
}

const MOST_CHARS = 60;

function kept(words: string, listener: Listener): string {
  const keeper = findManagerOf(listener);
  return keeper === undefined ? words : `${words}, kept by ${keeper.name}`;
}
