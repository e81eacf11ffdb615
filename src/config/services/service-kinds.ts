import { addressOfUrl } from "../../contract/address.ts";
import { isRole, roleAddress } from "../addresses.ts";
import type { Settings } from "../config-schema.ts";
import type { Role } from "../service-config.ts";
import type { ReportProblem } from "./report-problem.ts";
import type { ServiceInput } from "./service-schema.ts";

const KINDS = ["command", "embedded", "url"] as const;
export type Kind = (typeof KINDS)[number];

/** Settings that mean nothing to some kinds of service, with the kinds that have them. */
const ONLY_FOR: { readonly [Setting in keyof ServiceInput]?: readonly Kind[] } = {
  kind: ["command"],
  watch: ["command"],
  cwd: ["command"],
  env: ["command"],
  env_files: ["command"],
  color: ["command"],
  host: ["command"],
  port: ["command"],
  replicas: ["embedded"],
  depends_on: ["command", "embedded"],
  start_timeout_ms: ["command", "embedded", "url"],
  stop_timeout_ms: ["command", "embedded"],
  stop_signal: ["command", "embedded"],
  restart: ["command", "embedded"],
  log: ["command", "embedded"],
};

/** What kind of service it is; tells where it is none, or several at once. */
export function serviceKindOf(input: ServiceInput, tell: ReportProblem): Kind | undefined {
  const [kind, ...others] = KINDS.filter((name) => input[name] !== undefined);
  if (kind === undefined) tell([], "needs one of `command`, `embedded` and `url`", "name");
  for (const other of others)
    tell([other], `cannot stand beside \`${kind}\`: a service is one of them`, "name");
  return others.length > 0 ? undefined : kind;
}

/** Tells the settings that do not go with the service's kind or name. */
export function checkKind(
  name: string,
  kind: Kind,
  input: ServiceInput,
  settings: Settings | undefined,
  tell: ReportProblem,
): void {
  for (const [setting, kinds] of Object.entries(ONLY_FOR)) {
    if (!(setting in input) || kinds.includes(kind) || (isRole(name) && isAddress(setting))) continue;
    tell([setting], `is only for a service with ${kinds.map((each) => `\`${each}\``).join(" or ")}`, "name");
  }
  if (input.embedded !== undefined && input.embedded !== name) {
    tell(["embedded"], `stands for the service of that name: call it \`${input.embedded}:\``);
  }
  if (input.kind === "job") checkJob(name, input, tell);
  if (isRole(name)) checkRole(name, input, settings, tell);
  else if (input.host !== undefined && input.port === undefined)
    tell(["host"], "needs a `port` beside it", "name");
}

/** What asks after a service that goes on means nothing to a job. */
function checkJob(name: string, input: ServiceInput, tell: ReportProblem): void {
  for (const setting of ["ready", "live", "host", "port"] as const)
    if (setting in input)
      tell([setting], "is not for a job, which is done when it exits with code 0", "name");
  const { restart } = input;
  const policy = typeof restart === "object" ? restart.policy : restart;
  if (policy === "always")
    tell(["restart"], "`always` is not for a job, which would never be done; `on-failure` tries it again");
  if (isRole(name)) tell(["kind"], `the ${name} is a service, which goes on: give the job another name`);
}

function isAddress(setting: string): boolean {
  return setting === "host" || setting === "port";
}

function checkRole(
  name: Role,
  input: ServiceInput,
  settings: Settings | undefined,
  tell: ReportProblem,
): void {
  for (const part of ["host", "port"] as const) {
    if (input[part] === undefined) continue;
    const setting = name === "engine" ? "engine.url" : `${name}.${part}`;
    tell([part], `the ${name}'s is the setting ${setting}: give it there`, "name");
  }
  if (name === "engine" && input.replicas !== undefined)
    tell(
      ["replicas"],
      "is for gateway and hmi: several engines are behind the one address engine.url",
      "name",
    );
  if (input.url === undefined || settings === undefined) return;
  const [given, meant] = [addressOfUrl(input.url), roleAddress(name, settings)];
  if (given.host === meant.host && given.port === meant.port) return;
  const setting = name === "engine" ? "engine.url" : `${name}.host and ${name}.port`;
  tell(
    ["url"],
    `the ${name} is at ${meant.host}:${meant.port}, as ${setting} say${name === "engine" ? "s" : ""}`,
  );
}
