import type { Role } from "../config/services.ts";
import { addressOfUrl } from "../contract/address.ts";
import { DEFAULTS } from "../contract/defaults.ts";
import type { Surroundings } from "./look-around.ts";
import { type DraftProgram, programOf, startsApp } from "./program.ts";

/** One thing that was found, and what becomes of it. */
export interface Finding {
  /** In words: `FastAPI application app`. */
  readonly what: string;
  /** The file and line, the address or the program that shows it. */
  readonly where: string;
  /** The service that the configuration makes of it; null where it is only mentioned. */
  readonly use: Role | null;
}

/** A service of the configuration: a program that was found, or ours. */
export interface DraftService {
  readonly program: DraftProgram | undefined;
  readonly port: number;
}

/** A configuration to be written. */
export interface Draft {
  readonly findings: readonly Finding[];
  readonly schema: string | undefined;
  /** Where it is not the default. */
  readonly engineUrl: string | undefined;
  /** What the engine will be. */
  readonly engineNote: string;
  readonly gateway: DraftService;
  readonly hmi: DraftService;
  /** Commands that could be services too. */
  readonly others: Surroundings["scripts"];
}

type App = Surroundings["apps"][number];

/** Makes a configuration of what was found. */
export function draftConfig(around: Surroundings): Draft {
  const { apps, scripts, engine } = around;
  const engineAddress = addressOfUrl(engine.url);
  const gatewayApp = choose(apps, "FastAPI", /gateway|api|llm/i);
  const gateway = draftService(gatewayApp, scripts, DEFAULTS.gatewayPort, [engineAddress.port]);
  const hmiApp = choose(apps, "Flask", /hmi|web|ui|chat/i);
  const hmi = draftService(hmiApp, scripts, DEFAULTS.hmiPort, [engineAddress.port, gateway.port]);
  const used = new Map<App | undefined, Finding["use"]>([
    [gateway.program && gatewayApp, "gateway"],
    [hmi.program && hmiApp, "hmi"],
  ]);
  const isDefault = engine.url === `http://${DEFAULTS.host}:${DEFAULTS.enginePort}`;
  return {
    findings: [
      ...engineFindings(engine),
      ...apps.map((app) => appFinding(app, used.get(app) ?? null)),
      ...apps.filter((app) => used.has(app)).flatMap(interpreterFindings),
      ...scripts.map(({ value, where }) => ({ what: value.command, where, use: null })),
      ...(around.compose === undefined ? [] : [{ what: "Docker Compose", where: around.compose, use: null }]),
      ...around.taken.map(({ port, by }) => ({ what: `port ${port} is in use`, where: by, use: null })),
    ],
    schema: around.schema,
    engineUrl: isDefault ? undefined : engine.url,
    engineNote: engineNote(engine),
    gateway,
    hmi,
    others: scripts.filter(({ value }) => ![...used.keys()].some((app) => app && startsApp(app, value.runs))),
  };
}

/** The application of that kind that is named like its service, else the first. */
function choose(apps: readonly App[], framework: App["framework"], named: RegExp): App | undefined {
  const all = apps.filter((app) => app.framework === framework);
  return all.find(({ file }) => named.test(file)) ?? all[0];
}

/** A program whose port another one has already is left out: the configuration must be one that can run. */
function draftService(
  app: App | undefined,
  scripts: Surroundings["scripts"],
  usualPort: number,
  others: readonly number[],
): DraftService {
  const program = app && programOf(app, scripts, usualPort);
  if (program !== undefined && !others.includes(program.port)) return { program, port: program.port };
  const port = [0, 1, 2].map((more) => usualPort + more).find((each) => !others.includes(each));
  return { program: undefined, port: port ?? usualPort };
}

function engineFindings({ url, isGiven, answer, program }: Surroundings["engine"]): Finding[] {
  const where = isGiven ? `${url}, from OLLAMA_HOST` : url;
  const answers = {
    ollama: { what: `Ollama ${"version" in answer ? answer.version : ""} answers`, where, use: "engine" },
    "stand-in": { what: "a stand-in for Ollama answers", where, use: "engine" },
    other: { what: "something else than Ollama answers", where, use: null },
    nothing: undefined,
  } as const satisfies Record<string, Finding | undefined>;
  const found = answers[answer.kind];
  const none = { what: "no Ollama answers, and none is on the PATH", where, use: null };
  if (program === undefined) return [found ?? none];
  const installed = { what: "ollama is installed", where: program, use: "engine" } as const;
  return [...(found === undefined ? [] : [found]), installed];
}

function engineNote({ answer, program }: Surroundings["engine"]): string {
  if (answer.kind === "ollama") return "the Ollama that runs is used as it is";
  return program === undefined
    ? "a stand-in with scripted answers, until there is an Ollama"
    : "`ollama serve`, unless an Ollama runs already";
}

function interpreterFindings({ python: { warning } }: App): Finding[] {
  return warning === undefined ? [] : [{ ...warning, use: null }];
}

function appFinding({ framework, variable, where }: App, use: Finding["use"]): Finding {
  return { what: `${framework} application \`${variable}\``, where, use };
}
