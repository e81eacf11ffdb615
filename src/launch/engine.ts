import { accessSync, constants, statSync } from "node:fs";
import { delimiter, resolve } from "node:path";
import { STAND_IN_BUILD } from "../contract/defaults.ts";

/** What answers at the engine's address. */
export type EngineAnswer =
  | { readonly kind: "ollama" | "stand-in"; readonly version: string }
  /** Something answers, or listens, that is no engine. */
  | { readonly kind: "other" }
  | { readonly kind: "nothing" };

/** Where the answers will come from. */
export type EnginePlan =
  /** Somebody else's, used as it is and never stopped by us. */
  | { readonly use: "external"; readonly version: string; readonly standIn: boolean }
  /** `ollama serve`, started by us. */
  | { readonly use: "ollama"; readonly program: string }
  /** Our stand-in with scripted answers. */
  | { readonly use: "stand-in" };

/** A running Ollama is used; else `ollama serve` is started where there is one; else the stand-in. */
export function planEngine(answer: EngineAnswer, program: string | undefined): EnginePlan {
  if (answer.kind === "ollama" || answer.kind === "stand-in") {
    return { use: "external", version: answer.version, standIn: answer.kind === "stand-in" };
  }
  return program === undefined ? { use: "stand-in" } : { use: "ollama", program };
}

/** Reads the answer to `GET /api/version`; a body that is none of an engine's is `other`. */
export function readEngineAnswer(status: number, body: string): EngineAnswer {
  const version = versionIn(body);
  if (status !== 200 || version === undefined) return { kind: "other" };
  return { kind: version.endsWith(`+${STAND_IN_BUILD}`) ? "stand-in" : "ollama", version };
}

function versionIn(body: string): string | undefined {
  try {
    const json: unknown = JSON.parse(body);
    const isVersion = typeof json === "object" && json !== null && "version" in json;
    return isVersion && typeof json.version === "string" ? json.version : undefined;
  } catch {
    return undefined;
  }
}

/** The first program of that name on the PATH that may be run; absolute, because it runs in another folder. */
export function findProgram(name: string, path: string | undefined): string | undefined {
  const folders = (path ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => resolve(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
