import { userInfo } from "node:os";
import type { Config } from "../../config/config-schema.ts";
import { addressOfUrl, isLoopback } from "../../contract/address.ts";
import { findProgram } from "../../files/find-program.ts";
import type { EnginePlan } from "../../launch/plan-engine.ts";
import { planServices } from "../../launch/plan-services.ts";
import type { ExportFormat } from "../export-format.ts";
import { namesToAllow, publicHosts } from "../public-hosts.ts";
import { secretFilesOf, TARGET, targetOf, unitName, unitOf } from "./systemd-units.ts";
import { renderUnit } from "./unit-file.ts";

/** A unit for each service that runs on this machine, and a target that groups them. */
export const systemdFormat: ExportFormat = {
  name: "systemd",
  summary: "a unit for each service and a target, for /etc/systemd/system",
  render(config, options) {
    const path = options.path;
    const settings = {
      ...config,
      http: {
        ...config.http,
        allowed_hosts: [...namesToAllow([...publicHosts(config, options), ...config.http.allowed_hosts])],
      },
    };
    const planned = planServices(settings, enginePlan(settings, path)).filter(
      ({ isExternal }) => !isExternal,
    );
    const context = { config: settings, user: userInfo().username, planned };
    const units = planned.map((service) => ({
      name: unitName(service.name),
      unit: unitOf(service, { ...context, find: (file) => findProgram(file, path) ?? file }),
    }));
    const files = units.map(({ name, unit }) => ({ name, text: renderUnit(unit) }));
    const secrets = new Set(units.flatMap(({ unit }) => secretFilesOf(unit)));
    return {
      files: [...files, { name: TARGET, text: renderUnit(targetOf(planned)) }],
      notes: notesOf(
        settings,
        planned.map(({ kind }) => kind),
        [...secrets],
      ),
    };
  },
};

/** Where the installer of Ollama puts it. */
const USUAL_OLLAMA = "/usr/local/bin/ollama";

/** The engine of this machine is run where it is ours to run; whether one answers now tells nothing of the next boot. */
function enginePlan({ engine }: Config, path: string | undefined): EnginePlan {
  const isHere = isLoopback(addressOfUrl(engine.url).host);
  if (!isHere || engine.api === "openai") return { use: "external", kind: "openai" };
  return { use: "ollama", program: findProgram("ollama", path) ?? USUAL_OLLAMA };
}

function notesOf(
  { monitor, engine, store }: Config,
  kinds: readonly string[],
  secrets: readonly string[],
): string[] {
  const notes: string[] = [];
  if (secrets.length > 0)
    notes.push(`Secrets are files of root's with mode 0600, which you make: ${secrets.join(", ")}.`);
  if (kinds.includes("ollama"))
    notes.push(
      "Where the installer of Ollama has made ollama.service, that one runs: leave stack-engine.service out.",
    );
  if (kinds.includes("embedded") && store.url === "")
    notes.push("Conversations are kept in /var/lib/stack/chat.db: copy yours there before the first start.");
  if (engine.tap_port !== 0) notes.push("The tap before the engine is a service too: stack-tap.service.");
  if (monitor.webhook_url !== "" || monitor.metrics_port !== 0)
    notes.push("Left out: the supervisor with its webhook and metrics; systemd restarts services itself.");
  return notes;
}
