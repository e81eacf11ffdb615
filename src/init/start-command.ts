import { basename, dirname } from "node:path/posix";
import { splitWords } from "../config/services/split-words.ts";
import { shellWord } from "../text/shell-word.ts";
import type { DetectedProject, FoundApp, RunByPython } from "./detect-project.ts";
import { frameworkOf, type NodeApp } from "./node-apps.ts";
import type { PythonApp } from "./python-apps.ts";
import { pythonFramework } from "./python-frameworks.ts";
import type { FoundValue } from "./web-app.ts";

/** A program that will be run in the place of a service of ours. */
export interface DraftProgram {
  /** A command line. */
  readonly command: string;
  /** Relative to the configuration. */
  readonly cwd: string;
  readonly port: number;
  /** What says so: a file and line, or that nothing does. */
  readonly portFrom: string;
  /** A path that tells its health. */
  readonly health: string | undefined;
  /** The file and line that create it. */
  readonly where: string;
}

type Around = Pick<DetectedProject, "scripts" | "compose">;
type PythonProgram = PythonApp & RunByPython;

/** How an application is run, and where it listens. */
export function draftProgram(app: FoundApp, around: Around, usualPort: number): DraftProgram {
  const isServed = app.language === "node" || app.run !== undefined;
  const port = app.port ??
    portInScripts(app, around) ??
    portInCompose(app, around) ?? {
      value: isServed ? ownPortOf(app) : usualPort,
      where: "the sources do not say",
    };
  return {
    ...(app.language === "node" ? nodeCommand(app) : pythonCommand(app, around, port.value)),
    port: port.value,
    portFrom: port.where,
    health: app.health?.value,
    where: app.where,
  };
}

/** Where a program listens that says nothing. */
function ownPortOf(app: FoundApp): number {
  return app.language === "node" ? frameworkOf(app).port : pythonFramework(app.framework).port;
}

type Command = Pick<DraftProgram, "command" | "cwd">;

/** As its package says, else as the program that its file is. */
function nodeCommand(app: NodeApp): Command {
  const { folder, script, file } = app;
  const { runner = "node" } = frameworkOf(app);
  const own = folder === "." ? file : file.slice(folder.length + 1);
  return { command: script === undefined ? `${runner} ${shellWord(own)}` : `npm run ${script}`, cwd: folder };
}

/** As the program that its file is, else by its framework's server. */
function pythonCommand(app: PythonProgram, { scripts }: Around, port: number): Command {
  const file = basename(app.file);
  const module = [...app.packages, file.replace(/\.py$/, "")].join(".");
  // A module of a package is imported from the folder above it.
  const cwd = app.packages.reduce(dirname, dirname(app.file));
  const isModule = app.packages.length > 0;
  const own = isModule ? `-m ${module}` : shellWord(file);
  const target = `${module}:${app.variable}`;
  const served = pythonFramework(app.framework).server?.({ target, file, port });
  const isOwn = app.run !== undefined || served === undefined;
  const args = isOwn ? own : [served, ...optionsInScripts(target, cwd, scripts).map(shellWord)].join(" ");
  // A bare name is looked for on the PATH.
  const { file: given } = app.python;
  const python = given.startsWith("/") || !given.includes("/") ? given : pathFrom(cwd, given);
  return { command: `${shellWord(python)} ${args}`, cwd };
}

/** True for a script that starts this application. */
export function startsApp(app: FoundApp, runs: string): boolean {
  const module = basename(app.file, ".py");
  return runs.includes(`${module}:${app.variable}`) || runs.includes(basename(app.file));
}

/** The port that a command line gives; undefined where it gives none. */
export function portIn(commandLine: string): number | undefined {
  const [, port] = /(?:--port[ =]|-p ?|--bind[ =]\S*:|-b ?\S*:)(\d{2,5})\b/.exec(commandLine) ?? [];
  return port === undefined ? undefined : Number(port);
}

function portInScripts(app: FoundApp, { scripts, compose }: Around): FoundValue<number> | undefined {
  const inContainers = (compose?.services ?? []).map(({ value: { runs }, where }) => ({
    runs,
    where,
    port: undefined,
  }));
  for (const { runs, where, port: exposed } of [
    ...scripts.map(({ value, where }) => ({ ...value, where })),
    ...inContainers,
  ]) {
    const port = portIn(runs) ?? exposed;
    if (port !== undefined && startsApp(app, runs)) return { value: port, where };
  }
  return undefined;
}

/** The port that leads to the container which is built of the application's folder. */
function portInCompose({ file }: FoundApp, { compose }: Around): FoundValue<number> | undefined {
  const built = compose?.services.find(
    ({ value: { folder, ports } }) =>
      folder !== undefined && folder !== "." && ports.length > 0 && file.startsWith(`${folder}/`),
  );
  const [port] = built?.value.ports ?? [];
  return built && port !== undefined ? { value: port, where: built.where } : undefined;
}

/**
 * What a script gives to uvicorn beside the address, such as `--reload`. Paths among it are meant from the folder
 * of the script, so that it is of use only there.
 */
function optionsInScripts(
  target: string,
  cwd: string,
  scripts: DetectedProject["scripts"],
): readonly string[] {
  for (const { value } of cwd === "." ? scripts : []) {
    const read = splitWords(value.runs);
    const words = "words" in read ? read.words : [];
    const server = words.findIndex((word) => basename(word) === "uvicorn");
    if (server < 0 || !words.includes(target, server)) continue;
    return words
      .slice(server + 1)
      .filter(
        (word, index, all) => word !== target && !ADDRESS.test(word) && !isValueOfAddress(all[index - 1]),
      );
  }
  return [];
}

const ADDRESS = /^--(?:host|port)(?:=|$)/;

function isValueOfAddress(before: string | undefined): boolean {
  return before === "--host" || before === "--port";
}

/** A path as it is called from a folder; both are relative to the same one. */
function pathFrom(folder: string, path: string): string {
  const from = folder === "." ? [] : folder.split("/");
  const to = path.split("/");
  const shared = from.findIndex((part, index) => part !== to[index]);
  const same = shared < 0 ? from.length : shared;
  return [...from.slice(same).map(() => ".."), ...to.slice(same)].join("/");
}
