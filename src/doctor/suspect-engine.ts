import type { Role } from "../config/service-config.ts";
import type { ExaminedStack } from "./doctor-context.ts";

/** How back ends call the engine that they ask. */
const NAMES_ENGINE = /\b(?:engine|upstream|llms?|inference|ollama|vllm|llama\S*)\b/i;

/** Whom a failure that a service tells points at, with what to type; undefined where it names no engine. */
export interface Suspicion {
  readonly words: string;
  readonly next: string;
}

/** The engine, where a service names it in the failure that it tells, with what the engine's own rungs have shown. */
export function suspectEngine(
  { notes, services }: Pick<ExaminedStack, "notes" | "services">,
  service: Role,
  said: string,
): Suspicion | undefined {
  if (service === "engine" || !NAMES_ENGINE.test(said)) return undefined;
  const of = (words: string, next = "stack trace"): Suspicion => ({
    words: `Its engine is the suspect: ${words}.`,
    next,
  });
  const rungs = notes.rungs.filter((rung) => rung.service === "engine");
  const broken = rungs.find(({ status }) => status === "broken");
  if (broken !== undefined) return of(`it is broken by itself, too (${broken.name})`, broken.problem?.next);
  const { engine } = services;
  if (engine === undefined || !rungs.some(({ id, status }) => id === "engine/chat" && status === "holds")) {
    return of("of it nothing is known here (engine.url)");
  }
  return of(`the one at ${engine.url} answers from here, so it asks another, or does not get through to it`);
}
