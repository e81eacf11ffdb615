import type { Role } from "../../config/service-config.ts";
import type { ProcessManager } from "../../os/process-managers.ts";
import type { LastExit } from "../../supervisor/supervisor-protocol.ts";
import { SERVICE_TITLES } from "../../targets/service-titles.ts";
import type { Explanations } from "../climb-ladder.ts";

/** Another process, as far as it could be looked at. */
export interface OtherProcess {
  readonly pid: number | undefined;
  /** `pid 9120 of user ollama, ollama serve, started 2 h ago in ~/pas`. */
  readonly words: string;
  readonly keeper: ProcessManager | undefined;
}

/** What is wrong with processes and their ports. */
export interface ProcessSymptoms {
  not_running: {
    service: Role;
    url: string;
    isOurs: boolean;
    /** What names its address. */
    namedBy: string;
    unreadable: string | undefined;
    /** How it ended, where it ended by itself. */
    lastExit: LastExit | undefined;
  };
  stale_record: {
    service: Role;
    pid: number;
    fate: "gone" | "other_boot" | "other_namespace" | "pid_reused";
    log: string;
  };
  port_taken: {
    service: Role;
    url: string;
    by: readonly OtherProcess[];
    /** True where it answers as the service does. */
    isAlike: boolean;
  };
  duplicate: { service: Role; port: number; owner: OtherProcess; others: readonly OtherProcess[] };
  second_listener: { service: Role; port: number; owner: OtherProcess; others: readonly OtherProcess[] };
  second_ollama: { port: number; owner: OtherProcess; others: readonly OtherProcess[] };
  not_listening: { service: Role; port: number; pid: number | undefined; log: string | undefined };
  copies_down: { service: Role; count: number; down: readonly ReplicaDown[] };
}

/** A copy that does not do its work. */
interface ReplicaDown {
  readonly name: string;
  /** `stopped`, `failed` and the like. */
  readonly state: string;
  /** Why, where that is known. */
  readonly detail: string | null;
}

export const processExplanations: Explanations<ProcessSymptoms> = {
  copies_down: ({ service, count, down }) => ({
    found: `${down.length} of ${count} copies ${down.length === 1 ? "does" : "do"} not work: ${down.map(({ name, state }) => `${name} is ${state}`).join(", ")}`,
    cause: reasonsOf(down) || "They were stopped, or never started.",
    next: down.every(({ state }) => state === "degraded")
      ? `stack restart ${down.map(({ name }) => name).join(" ")}`
      : `stack up ${service}`,
  }),
  not_running: ({ service, url, isOurs, namedBy, unreadable, lastExit }) => ({
    found: `no process: nothing listens at ${url}`,
    cause: lastExit
      ? ended(lastExit)
      : unreadable === undefined
        ? notStarted(service, isOurs, namedBy)
        : `Its record was not used: ${unreadable}.`,
    next: lastExit ? `stack logs ${service}` : isOurs ? "stack up" : `stack doctor --${service} URL`,
  }),
  stale_record: ({ pid, fate, log }) => ({
    found: `no process: its record names pid ${pid}, which ${FATES[fate]}`,
    cause:
      fate === "other_boot"
        ? "The machine was started again."
        : fate === "other_namespace"
          ? "It ran in a container, or beside one, which has ended."
          : `It crashed or was killed; its last words are in ${log}.`,
    next: "stack up",
  }),
  port_taken: ({ service, url, by, isAlike }) => ({
    found: `no process of this stack: ${url} is taken by ${list(by)}`,
    cause: isAlike
      ? `It answers as the ${SERVICE_TITLES[service]} should, but no record of this stack names it: started by hand, or by another stack. To have it run here, end it first: \`${stopping(by)} && stack up\`.`
      : `A program that is no ${SERVICE_TITLES[service]} had the port first.${keepers(by)}`,
    // What works is examined as it is, and not ended.
    next: isAlike ? `stack doctor --${service} ${url}` : `${stopping(by)} && stack up`,
  }),
  duplicate: ({ port, owner, others }) => ({
    found: `${others.length + 1} processes run the same program: ${owner.words} owns port ${port}; ${list(others)} ${others.length === 1 ? "owns" : "own"} none`,
    cause: `It was started again while it ran. What the second one does nobody sees, and after a restart it may be the one that answers, with old code.${keepers(others)}`,
    next: stopping(others),
  }),
  second_listener: ({ port, owner, others }) => ({
    found: `port ${port} has ${others.length + 1} listeners: ${owner.words} and ${list(others)}`,
    cause: `Calls go to one or the other, as the kernel chooses.${keepers(others)}`,
    next: stopping(others),
  }),
  second_ollama: ({ port, owner, others }) => ({
    found: `two Ollamas listen on port ${port}: ${owner.words} and ${list(others)}`,
    cause: `Each has its own folder of models, so that a model is there at one call and missing at the next.${keepers(others)}`,
    next: stopping(others),
  }),
  not_listening: ({ service, port, pid, log }) => ({
    found: `${pid === undefined ? "its process" : `process ${pid}`} is there, and nothing listens on port ${port}`,
    cause: `It is still starting, or hangs${log === undefined ? "" : `; its last words are in ${log}`}.`,
    next: `stack restart ${service}`,
  }),
};

/** Why each does not work, and by its name where that is not the same for all. */
function reasonsOf(down: readonly ReplicaDown[]): string {
  const reasons = new Set(down.flatMap(({ detail }) => detail ?? []));
  if (reasons.size < 2) return [...reasons].join();
  return down.flatMap(({ name, detail }) => (detail === null ? [] : [`${name}: ${detail}`])).join("; ");
}

const FATES = {
  gone: "is gone",
  other_boot: "was of another boot of the machine",
  other_namespace: "was of another PID namespace",
  pid_reused: "is another program's by now",
} as const;

function ended({ at, reason }: LastExit): string {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(at)) / 1000));
  return `It has been down for ${seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`}: ${reason}. \`stack up\` starts it again.`;
}

function notStarted(service: Role, isOurs: boolean, namedBy: string): string {
  return isOurs
    ? `The ${SERVICE_TITLES[service]} was never started here, or was stopped.`
    : `It is not running, and \`stack up\` does not start it; or it is somewhere else: its address is from ${namedBy}.`;
}

/** The command that ends them for good. */
export function stopping(by: readonly OtherProcess[]): string {
  return by
    .map(({ pid, keeper }) => keeper?.stop ?? (pid === undefined ? "sudo ss -ltnp" : `kill ${pid}`))
    .join(" && ");
}

function keepers(by: readonly OtherProcess[]): string {
  const kept = by.flatMap(({ keeper }) => (keeper === undefined ? [] : [keeper.name]));
  return kept.length === 0
    ? ""
    : ` It is kept alive by ${kept.join(" and ")}, which starts it again after a kill.`;
}

function list(by: readonly OtherProcess[]): string {
  return by.map(({ words }) => words).join(" and ");
}
