import { basename } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Role } from "../../config/service-config.ts";
import { findDuplicates } from "../../os/duplicate-processes.ts";
import { describeListener, findListeners, type Listener } from "../../os/listening-ports.ts";
import { describeProcess } from "../../os/process-identity.ts";
import { findManagerOf } from "../../os/process-managers.ts";
import type { ProcessDetails } from "../../os/process-table.ts";
import type { ServiceState } from "../../supervisor/inspect-service.ts";
import type { Rung, RungFinding } from "../climb-ladder.ts";
import { type ExaminedService, type ExaminedStack, examinedService } from "../doctor-context.ts";
import { brokenRung } from "../symptom-explanations.ts";
import { cannotLookAt, isRemoteService } from "./is-remote-service.ts";
import { describedProcess } from "./other-processes.ts";
import { portTaken } from "./port-rung.ts";

/** There is one process of the service, and only one. */
export function processRung(service: Role): Rung<ExaminedStack> {
  return {
    id: `${service}/process`,
    service,
    name: "process",
    needs: [],
    async look(stack) {
      const examined = examinedService(stack, service);
      if (isRemoteService(examined)) return cannotLookAt(examined);
      // Somebody else's service is whoever has its port; one of ours is whom our record names.
      return examined.state === undefined
        ? await lookByPort(examined, stack)
        : await lookByRecord(examined, stack);
    },
  };
}

async function lookByPort(
  { name, url, namedBy, address, sockets }: ExaminedService,
  { notes }: ExaminedStack,
): Promise<RungFinding> {
  const listeners = await findListeners(address, [], sockets);
  const [first] = listeners;
  if (first === undefined) {
    return brokenRung("not_running", {
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

async function lookByRecord(examined: ExaminedService, { notes }: ExaminedStack): Promise<RungFinding> {
  const { name, url, namedBy, address, state, lastExit } = examined;
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
      return brokenRung("stale_record", { service: name, pid: record.pid, fate, log: record.log });
    }
    case "foreign":
      return portTaken(examined, state);
    default:
      return brokenRung("not_running", {
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
  return brokenRung("duplicate", {
    service,
    port,
    owner: describedProcess(owner),
    others: others.map(describedProcess),
  });
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
