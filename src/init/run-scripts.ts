import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FoundValue } from "./web-app.ts";

/** How a folder's programs are started today, as its files say. */
export interface StartScript {
  /** `dev` in package.json, `web` in a Procfile. */
  readonly name: string;
  /** How a shell is told to run it. */
  readonly command: string;
  /** What that runs in the end. */
  readonly runs: string;
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

/** The file of Docker Compose, if there is one. */
export function composeFile(folder: string): string | undefined {
  return COMPOSE_FILES.find((name) => existsSync(join(folder, name)));
}

function readIfThere(folder: string, name: string): string {
  const file = join(folder, name);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

function scriptsIn(text: string): object {
  try {
    const { scripts } = JSON.parse(text);
    return typeof scripts === "object" && scripts !== null ? scripts : {};
  } catch {
    return {};
  }
}
