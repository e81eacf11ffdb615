import { withoutStop } from "../errors/thrown-error.ts";
import { isWorking } from "../launch/is-service-working.ts";
import type { ServiceStatus } from "../launch/service-status.ts";
import { type StackStatus, withReplicas } from "../launch/stack-status.ts";
import {
  alignColumns,
  inOneLine,
  paint,
  type StyledText,
  styled,
  type Text,
  type Tone,
  toStyled,
  wrap,
} from "../text/styled-text.ts";

/** What the table is drawn for. */
export interface TableOptions {
  /** Columns of the terminal; endless where it is none. */
  readonly width: number;
  /** The time, in milliseconds since 1970, that ages are counted to. */
  readonly now: number;
  /** Whether each copy has a line of its own, where several run under one name. */
  readonly isVerbose?: boolean;
}

/** The services as lines: a table with a head, and under it what is wrong, or worth knowing. */
export function statusLines(status: StackStatus, options: TableOptions): StyledText[] {
  const { width } = options;
  const listed = options.isVerbose ? status.services.flatMap(withCopyLines) : status.services;
  const shown = columnsThatFit(listed, options);
  const head = shown.map(({ head }) => paint("quiet", head));
  const rows = listed.map((service) => shown.map((column) => column.cell(service, options)));
  const notes = [
    ...status.services.flatMap((service) => notesOn(service, options)),
    ...unwatched(status),
    ...status.warnings.map((text) => styled`${paint("warn", "!")} ${text}`),
  ];
  const table = alignColumns([head, ...rows]).map((line) => line.cutToColumns(width));
  if (notes.length === 0) return table;
  return [...table, toStyled(""), ...notes.flatMap((note) => wrap(styled`  ${note}`, width, 4))];
}

/** A copy's line stands under its service's. */
function withCopyLines(service: ServiceStatus): ServiceStatus[] {
  const copies = service.copies ?? [];
  return [service, ...copies.map((copy) => ({ ...copy, name: `  ${copy.name}` }))];
}

interface Column {
  readonly head: string;
  /** Columns are dropped where the terminal is too narrow, the highest number first; 0 stays. */
  readonly drop: number;
  cell(service: ServiceStatus, options: TableOptions): Text;
}

/** From left to right. */
const COLUMNS: readonly Column[] = [
  { head: "service", drop: 0, cell: ({ name }) => paint("strong", name) },
  { head: "state", drop: 0, cell: (service) => paint(TONES[service.state], stateWords(service)) },
  { head: "kind", drop: 7, cell: ({ kind }) => kind },
  { head: "url", drop: 3, cell: ({ url }) => url ?? "" },
  { head: "pid", drop: 2, cell: ({ pid }) => (pid === null ? "" : String(pid)) },
  {
    head: "uptime",
    drop: 1,
    cell: ({ started_at }, { now }) => (started_at === null ? "" : duration(now - Date.parse(started_at))),
  },
  { head: "cpu", drop: 5, cell: ({ usage }) => (usage === null ? "" : percent(usage.cpu_share)) },
  { head: "memory", drop: 4, cell: ({ usage }) => (usage === null ? "" : memory(usage.memory_bytes)) },
  { head: "restarts", drop: 6, cell: ({ restarts }) => (restarts === null ? "" : String(restarts)) },
];

const TONES: Readonly<Record<ServiceStatus["state"], Tone>> = {
  healthy: "good",
  external: "good",
  done: "good",
  running: "warn",
  waiting: "warn",
  starting: "warn",
  stopping: "warn",
  restarting: "warn",
  degraded: "bad",
  unhealthy: "bad",
  foreign: "bad",
  stale: "bad",
  unconfigured: "warn",
  failed: "bad",
  stopped: "quiet",
};

/** Of several copies, how many work: `degraded 2/3`. */
function stateWords({ state, copies }: ServiceStatus): string {
  return copies === undefined ? state : `${state} ${copies.filter(isWorking).length}/${copies.length}`;
}

/** The columns that have anything to tell, without those for which the terminal is too narrow. */
function columnsThatFit(services: readonly ServiceStatus[], options: TableOptions): readonly Column[] {
  let columns = COLUMNS.filter(({ cell }) => services.some((service) => cell(service, options).length > 0));
  while (widthOf(columns, services, options) > options.width) {
    const [next] = columns.filter(({ drop }) => drop > 0).sort((a, b) => b.drop - a.drop);
    if (next === undefined) break;
    columns = columns.filter((column) => column !== next);
  }
  return columns;
}

function widthOf(
  columns: readonly Column[],
  services: readonly ServiceStatus[],
  options: TableOptions,
): number {
  const widths = columns.map(({ head, cell }) =>
    Math.max(head.length, ...services.map((service) => toStyled(cell(service, options)).columns)),
  );
  return widths.reduce((sum, width) => sum + 2 + width, 0);
}

/** What is wrong with a service, or worth knowing, and how it ended last. */
function notesOn(service: ServiceStatus, options: TableOptions): StyledText[] {
  const { name, state, detail, next_start_at, last_exit, restarts, copies } = service;
  const { now } = options;
  // How they were restarted and ended, each tells of itself.
  if (copies !== undefined) {
    const whole = detail === null ? [] : [styled`${paint("strong", name)}: ${inOneLine(detail)}`];
    return [...whole, ...copies.flatMap((copy) => notesOn(copy, options))];
  }
  const words = [
    // Its name stands before it.
    ...(detail === null ? [] : [detail.startsWith(`${name} `) ? detail.slice(name.length + 1) : detail]),
    ...(next_start_at === null ? [] : [startWords(Date.parse(next_start_at) - now)]),
    ...(restarts ? [`restarted ${restarts === 1 ? "once" : `${restarts} times`}`] : []),
    // Where the last exit is what is wrong, it has been told: why a service was given up is one.
    ...(last_exit === null || last_exit.reason === detail || (state === "failed" && detail !== null)
      ? []
      : [`last exit ${duration(now - Date.parse(last_exit.at))} ago: ${last_exit.reason}`]),
  ];
  if (words.length === 0) return [];
  const note = inOneLine(words.map(withoutStop).join("; "));
  return [styled`${paint("strong", name)}: ${paint(TONES[state] === "good" ? "quiet" : "plain", note)}`];
}

function startWords(inMs: number): string {
  return inMs < 1000 ? "started again in a moment" : `started again in ${duration(inMs)}`;
}

/** Services live on without their supervisor, and nobody restarts them. */
function unwatched({ supervisor, services }: StackStatus): string[] {
  if (supervisor !== null || withReplicas(services).every(({ pid }) => pid === null)) return [];
  return ["Nobody watches these services: no supervisor runs. `stack up` brings it back."];
}

/** `12 s`, `5 min`, `3 h 20 min`, `2 d 4 h`. */
function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function memory(bytes: number): string {
  const mib = bytes / 1024 / 1024;
  return mib < 1024 ? `${Math.round(mib)} MiB` : `${(mib / 1024).toFixed(1)} GiB`;
}
