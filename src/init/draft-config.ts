import type { Role } from "../config/service-config.ts";
import { addressOfUrl } from "../contract/address.ts";
import { DEFAULTS } from "../contract/contract-defaults.ts";
import type { DetectedProject, FoundApp } from "./detect-project.ts";
import { type Choice, rolesOf } from "./service-roles.ts";
import { type DraftProgram, draftProgram, startsApp } from "./start-command.ts";

/** One thing that was found, and what becomes of it. */
export interface DraftFinding {
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
export interface ConfigDraft {
  readonly findings: readonly DraftFinding[];
  readonly schema: string | undefined;
  /** Where it is not the default, and by which wire it is asked. */
  readonly engineAt: { readonly url: string; readonly from: string; readonly api?: "openai" } | undefined;
  /** What the engine will be. */
  readonly engineNote: string;
  /** Undefined where the application asks its engine itself. */
  readonly gateway: DraftService | undefined;
  readonly hmi: DraftService;
  /** Commands that could be services too. */
  readonly others: DetectedProject["scripts"];
}

type App = FoundApp;

/** Makes a configuration of what was found. */
export function draftConfig(around: DetectedProject): ConfigDraft {
  const { apps, scripts, engine } = around;
  const engineAddress = addressOfUrl(engine.openAi?.url ?? engine.url);
  const roles = rolesOf(apps);
  const [gatewayApp, hmiApp] = [roles.gateway?.app, roles.hmi?.app];
  const isDirect = gatewayApp === undefined && hmiApp !== undefined && engine.named !== undefined;
  const gateway = isDirect
    ? undefined
    : draftService(gatewayApp, around, DEFAULTS.gatewayPort, [engineAddress.port]);
  const others = [engineAddress.port, ...(gateway === undefined ? [] : [gateway.port])];
  const hmi = draftService(hmiApp, around, DEFAULTS.hmiPort, others);
  const used = new Map<App | undefined, DraftFinding["use"]>([
    [gateway?.program && gatewayApp, "gateway"],
    [hmi.program && hmiApp, "hmi"],
  ]);
  return {
    findings: [
      ...engineFindings(engine),
      ...apps.map((app) => appFinding(app, used.get(app) ?? null)),
      ...guessFindings("gateway", roles.gateway),
      ...guessFindings("HMI", roles.hmi),
      ...apps.filter((app) => used.has(app)).flatMap(interpreterFindings),
      ...scripts.map(({ value, where }) => ({ what: value.command, where, use: null })),
      ...composeFindings(around.compose),
      ...around.taken.map(({ port, by }) => ({ what: `port ${port} is in use`, where: by, use: null })),
    ],
    schema: around.schema,
    engineAt: engineAt(engine),
    engineNote: engineNote(engine),
    gateway,
    hmi,
    others: scripts.filter(({ value }) => ![...used.keys()].some((app) => app && startsApp(app, value.runs))),
  };
}

/** Where several applications speak for a role as much, the first was taken, and a person should know. */
function guessFindings(role: string, choice: Choice<App> | undefined): DraftFinding[] {
  if (choice === undefined || choice.rivals.length === 0) return [];
  const others = choice.rivals.map(({ file }) => file).join(" or ");
  return [
    {
      what: `the ${role} is a guess: ${choice.app.file}, not ${others}`,
      where: "no route, port or name tells which",
      use: null,
    },
  ];
}

function composeFindings(compose: DetectedProject["compose"]): DraftFinding[] {
  if (compose === undefined) return [];
  const services = compose.services.map(({ value: { name, image, ports }, where }) => {
    const at = ports.length === 0 ? "" : ` at ${ports.map((port) => `port ${port}`).join(", ")}`;
    return { what: `${name} of Docker Compose${image === "" ? "" : ` (${image})`}${at}`, where, use: null };
  });
  return services.length > 0 ? services : [{ what: "Docker Compose", where: compose.file, use: null }];
}

/** A program whose port another one has already is left out: the configuration must be one that can run. */
function draftService(
  app: App | undefined,
  around: Pick<DetectedProject, "scripts" | "compose">,
  usualPort: number,
  others: readonly number[],
): DraftService {
  const program = app && draftProgram(app, around, usualPort);
  if (program !== undefined && !others.includes(program.port)) return { program, port: program.port };
  const port = [0, 1, 2].map((more) => usualPort + more).find((each) => !others.includes(each));
  return { program: undefined, port: port ?? usualPort };
}

function engineAt({ url, givenBy, openAi, named }: DetectedProject["engine"]): ConfigDraft["engineAt"] {
  if (openAi !== undefined) return { ...openAi, api: "openai" };
  const isDefault = url === `http://${DEFAULTS.host}:${DEFAULTS.enginePort}`;
  const api = named?.api;
  return isDefault ? undefined : { url, from: givenBy ?? "", ...(api !== undefined && { api }) };
}

function engineFindings({
  url,
  givenBy,
  answer,
  program,
  openAi,
}: DetectedProject["engine"]): DraftFinding[] {
  const where = givenBy === undefined ? url : `${url}, from ${givenBy}`;
  const answers = {
    ollama: { what: `Ollama ${"version" in answer ? answer.version : ""} answers`, where, use: "engine" },
    "stand-in": { what: "a stand-in for Ollama answers", where, use: "engine" },
    // It is asked as an Ollama, and nothing else answers so.
    openai: undefined,
    other: { what: "something else than Ollama answers", where, use: null },
    nothing: undefined,
  } as const satisfies Record<string, DraftFinding | undefined>;
  const found = answers[answer.kind];
  const none = { what: "no Ollama answers, and none is on the PATH", where, use: null };
  if (openAi !== undefined) {
    const what = "an OpenAI-compatible server answers";
    return [
      ...(found === undefined ? [] : [found]),
      { what, where: `${openAi.url}, ${openAi.from}`, use: "engine" },
    ];
  }
  if (program === undefined) return [found ?? none];
  const installed = { what: "ollama is installed", where: program, use: "engine" } as const;
  return [...(found === undefined ? [] : [found]), installed];
}

function engineNote({ answer, program, openAi }: DetectedProject["engine"]): string {
  if (openAi !== undefined) return "the OpenAI-compatible server that runs is used as it is";
  if (answer.kind === "ollama") return "the Ollama that runs is used as it is";
  return program === undefined
    ? "a stand-in with scripted answers, until there is an Ollama"
    : "`ollama serve`, unless an Ollama runs already";
}

function interpreterFindings(app: App): DraftFinding[] {
  const warning = app.language === "python" ? app.python.warning : undefined;
  return warning === undefined ? [] : [{ ...warning, use: null }];
}

function appFinding({ framework, variable, where, chat }: App, use: DraftFinding["use"]): DraftFinding {
  const [route] = chat;
  const chats = route === undefined ? "" : `, with ${route.value}`;
  const name = variable === "" ? "" : ` \`${variable}\``;
  return { what: `${framework} application${name}${chats}`, where, use };
}
