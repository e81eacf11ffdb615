import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { shellWord } from "../text/shell-word.ts";
import type { FoundValue } from "./web-app.ts";

/** How a folder's programs are started today, as its files say. */
export interface StartScript {
  /** `dev` in package.json, `web` in a Procfile. */
  readonly name: string;
  /** How a shell is told to run it. */
  readonly command: string;
  /** What that runs in the end. */
  readonly runs: string;
  /** Where it listens, as far as that is said beside it. */
  readonly port?: number;
}

const COMPOSE_FILES = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/** The scripts `dev` and `start` of package.json, as npm runs them. */
export function npmScripts(folder: string): FoundValue<StartScript>[] {
  const text = readIfThere(folder, "package.json");
  const lines = text.split("\n");
  return Object.entries(scriptsIn(text))
    .filter(([name]) => name === "dev" || name === "start")
    .map(([name, runs]) => {
      const line = lines.findIndex((each) => each.includes(`"${name}":`)) + 1;
      return {
        value: { name, command: `npm run ${name}`, runs: String(runs) },
        where: `package.json:${line}`,
      };
    });
}

/** The processes of a Procfile. */
export function procfile(folder: string): FoundValue<StartScript>[] {
  return readIfThere(folder, "Procfile")
    .split("\n")
    .flatMap((text, index) => {
      const [, name, command] = /^([\w-]+):\s*(\S.*?)\s*$/.exec(text) ?? [];
      if (name === undefined || command === undefined) return [];
      return [{ value: { name, command, runs: command }, where: `Procfile:${index + 1}` }];
    });
}

/** What the image of a Dockerfile runs, the last of its `CMD`, and the port that it exposes. */
export function dockerfileCommand(folder: string): FoundValue<StartScript>[] {
  const lines = readIfThere(folder, "Dockerfile")
    .replace(/\\\r?\n/g, "  ")
    .split("\n");
  const index = lines.findLastIndex((line) => /^\s*CMD\s/i.test(line));
  const words = /^\s*CMD\s+(.*?)\s*$/i.exec(lines[index] ?? "")?.[1];
  if (words === undefined) return [];
  const command = words.startsWith("[") ? textsIn(words).map(shellWord).join(" ") : words;
  const [, script] = /^npm (?:run )?(\w+)/.exec(command) ?? [];
  const scripts = Object.entries(scriptsIn(readIfThere(folder, "package.json")));
  const runs = scripts.find(([name]) => name === script)?.[1] ?? command;
  const exposed = lines.flatMap((line) => /^\s*EXPOSE\s+(\d{2,5})\b/i.exec(line)?.[1] ?? []);
  const port = exposed.length === 1 ? Number(exposed[0]) : undefined;
  return [
    {
      value: { name: "image", command, runs: String(runs), ...(port !== undefined && { port }) },
      where: `Dockerfile:${index + 1}`,
    },
  ];
}

/** The runners of tasks that a pyproject.toml may name, by the table in which it does. */
const TASK_TABLES: Readonly<Record<string, string>> = {
  "tool.poe.tasks": "poe ",
  "tool.pdm.scripts": "pdm run ",
  "tool.taskipy.tasks": "task ",
};

/** The tasks of a pyproject.toml that start something: `serve = "uvicorn main:app --port 8000"`. */
export function pyprojectTasks(folder: string): FoundValue<StartScript>[] {
  let runner: string | undefined;
  return readIfThere(folder, "pyproject.toml")
    .split("\n")
    .flatMap((line, index) => {
      const [, table] = /^\s*\[([\w.-]+)\]/.exec(line) ?? [];
      if (table !== undefined) runner = TASK_TABLES[table];
      const [, name, runs] =
        /^\s*([\w-]*(?:dev|start|serve|server|run)[\w-]*)\s*=\s*(?:\{\s*cmd\s*=\s*)?"([^"]+)"/.exec(line) ??
        [];
      if (runner === undefined || name === undefined || runs === undefined) return [];
      return [{ value: { name, command: `${runner}${name}`, runs }, where: `pyproject.toml:${index + 1}` }];
    });
}

/** The file of Docker Compose, if there is one. */
export function composeFile(folder: string): string | undefined {
  return COMPOSE_FILES.find((name) => existsSync(join(folder, name)));
}

function readIfThere(folder: string, name: string): string {
  const file = join(folder, name);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

function textsIn(json: string): string[] {
  try {
    const list: unknown = JSON.parse(json);
    return Array.isArray(list) ? list.map(String) : [];
  } catch {
    return [];
  }
}

function scriptsIn(text: string): object {
  try {
    const { scripts } = JSON.parse(text);
    return typeof scripts === "object" && scripts !== null ? scripts : {};
  } catch {
    return {};
  }
}
