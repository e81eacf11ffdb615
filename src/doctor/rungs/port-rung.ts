import { basename } from "node:path";
import type { Role } from "../../config/service-config.ts";
import { areRelated } from "../../os/duplicate-processes.ts";
import { findListeners, type Listener } from "../../os/listening-ports.ts";
import { describeProcess } from "../../os/process-identity.ts";
import type { ServiceState } from "../../supervisor/inspect-service.ts";
import type { BrokenRung, Rung } from "../climb-ladder.ts";
import { type ExaminedService, type ExaminedStack, examinedService } from "../doctor-context.ts";
import { brokenRung } from "../symptom-explanations.ts";
import { cannotLookAt, isRemoteService } from "./is-remote-service.ts";
import { describedListener } from "./other-processes.ts";

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
      if (isRemoteService(examined)) return cannotLookAt(examined);
      const known = stack.notes.pid[service];
      const listeners = await findListeners(
        examined.address,
        known === undefined ? [] : [known],
        examined.sockets,
      );
      const [first] = listeners;
      if (first === undefined) {
        const log = examined.state?.state === "running" ? examined.state.record.log : undefined;
        return brokenRung("not_listening", { service, port, pid: known, log });
      }
      const others = listeners.filter(({ pid }) => isStranger(pid, known));
      if (others.length === 0) return { status: "holds", text: `port ${port} is its own` };
      const seen = {
        port,
        owner: describedListener(ownerOf(listeners, known)),
        others: others.map(describedListener),
      };
      return others.every(isOllama)
        ? brokenRung("second_ollama", seen)
        : brokenRung("second_listener", { service, ...seen });
    },
  };
}

/** No process of this stack is there, as somebody else has its port: by whom it is taken. */
export function portTaken(
  { name, url }: ExaminedService,
  { listeners, probe }: Extract<ServiceState, { state: "foreign" }>,
): BrokenRung {
  return brokenRung("port_taken", {
    service: name,
    url,
    by: listeners.map(describedListener),
    isAlike: probe.ok,
  });
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

function isOllama({ pid }: Listener): boolean {
  const [file = "", verb] = pid === undefined ? [] : (describeProcess(pid)?.command ?? []);
  return basename(file) === "ollama" && verb === "serve";
}
