import type { Config } from "../../config/config-schema.ts";
import { DEFAULT_SETTINGS } from "../../config/default-config.ts";
import { toEnvironment } from "../../config/environment-layer.ts";
import type { OwnService } from "../../config/replicas.ts";
import { packageRoot } from "../../files/package-root.ts";
import type { PlannedService } from "../../launch/planned-service.ts";
import { ownSettings } from "../../launch/service-specs.ts";
import { DEFAULT_RESTART, DEFAULT_STOP_TIMEOUT_MS } from "../../supervisor/service-spec.ts";
import { exportedVariables, secretsOf } from "../exported-settings.ts";
import { asTheUser, sandbox } from "./systemd-sandbox.ts";
import { commandLine, environmentWord, type UnitFile } from "./unit-file.ts";

/** What groups them: `systemctl start stack.target`. */
export const TARGET = "stack.target";
/** The account and the folder of gateway and HMI; the engine has its own, which reads no conversations. */
const OWN = "stack";
const ENGINE = "stack-engine";
/** Where root keeps the secrets, one a file. */
const SECRETS = "/etc/stack";

/** What a unit needs to know beside its service. */
export interface UnitContext {
  readonly config: Config;
  /** Who exports: programs of the user's own run as this one. */
  readonly user: string;
  /** All services that have a unit. */
  readonly planned: readonly PlannedService[];
  /** The absolute path of a program. */
  find(program: string): string;
}

export function unitName(service: string): string {
  return `stack-${service}.service`;
}

/** The unit of a service. */
export function unitOf(service: PlannedService, context: UnitContext): UnitFile {
  const { name, kind, spec } = service;
  const needs = context.planned.filter((other) => spec.dependsOn?.includes(other.name));
  const isJob = kind === "job";
  const restart = spec.restart ?? DEFAULT_RESTART;
  return {
    Unit: {
      Description: `The chat stack: ${name}`,
      PartOf: TARGET,
      // Where a job has failed, what needs what it does is not started.
      Requires: listOf(needs.filter((need) => need.kind === "job")),
      Wants: `network-online.target ${listOf(needs.filter((need) => need.kind !== "job")) ?? ""}`.trim(),
      After: `network-online.target ${listOf(needs) ?? ""}`.trim(),
      StartLimitIntervalSec: Math.ceil(restart.withinMs / 1000),
      StartLimitBurst: restart.limit,
    },
    Service: {
      Type: isJob ? "oneshot" : "exec",
      RemainAfterExit: isJob || undefined,
      ...run(service, context),
      Restart: restart.when,
      RestartSec: `${restart.backoffMs}ms`,
      KillSignal: spec.stopSignal,
      TimeoutStopSec: `${spec.stopTimeoutMs ?? DEFAULT_STOP_TIMEOUT_MS}ms`,
    },
  };
}

/** The files that root keeps secrets of a unit in. */
export function secretFilesOf({ Service = {} }: UnitFile): readonly string[] {
  const credentials = [Service["LoadCredential"] ?? []].flat();
  return credentials.map((credential) => String(credential).replace(/^[^:]*:/, ""));
}

/** The target of all units. */
export function targetOf(planned: readonly PlannedService[]): UnitFile {
  return {
    Unit: { Description: "The chat stack", Wants: listOf(planned) },
    Install: { WantedBy: "multi-user.target" },
  };
}

function listOf(services: readonly PlannedService[]): string | undefined {
  return services.length === 0 ? undefined : services.map(({ name }) => unitName(name)).join(" ");
}

/** What is run, with which variables, and what it may do. */
function run({ service, kind, spec }: PlannedService, context: UnitContext): UnitFile[string] {
  const { command } = spec;
  const line = commandLine([context.find(command.file), ...command.args]);
  if (kind === "ollama") {
    const variables = { ...command.env, HOME: `/var/lib/${ENGINE}` };
    return { ExecStart: line, Environment: words(variables), ...sandbox(ENGINE, [command.file]) };
  }
  if (kind === "embedded" && spec.address !== undefined && (service === "gateway" || service === "hmi"))
    return runOwn(line, ownSettings(context.config, service, spec.address), service);
  if (kind === "embedded") {
    return {
      ExecStart: line,
      Environment: words(tapVariables(context.config)),
      ...sandbox(OWN, programsOfOurs()),
    };
  }
  return { ExecStart: line, Environment: words(command.env ?? {}), ...asTheUser(context.user, command.cwd) };
}

function runOwn(line: string, config: Config, name: OwnService): UnitFile[string] {
  const settings = {
    ...config,
    store: {
      ...config.store,
      path: config.store.url === "" ? `/var/lib/${OWN}/chat.db` : DEFAULT_SETTINGS.store.path,
    },
  };
  const secrets = secretsOf(name, settings);
  return {
    ExecStart: line,
    Environment: [
      ...words(exportedVariables(name, settings)),
      // The folder is systemd's to name.
      ...secrets.map((secret) => `${secret.variable}=%d/${secret.name}`),
    ],
    LoadCredential: secrets.map((secret) => `${secret.name}:${SECRETS}/${secret.name}`),
    ...sandbox(OWN, programsOfOurs()),
  };
}

function tapVariables({ engine, http }: Config): Record<string, string> {
  const { url, tap_port } = engine;
  return toEnvironment({ engine: { url, tap_port }, http: { allowed_hosts: http.allowed_hosts } });
}

function programsOfOurs(): string[] {
  return [process.execPath, packageRoot()];
}

function words(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).map(([name, value]) => environmentWord(name, value));
}
