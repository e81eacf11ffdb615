import type { Role } from "../config/service-config.ts";
import type { GenerationRecord } from "../contract/engine-schemas.ts";
import { engineRefusalInWords, isUnlisted, type RefusedRequest } from "../targets/engine-refusal.ts";
import { replyGeneration } from "../targets/reply-generation.ts";
import { SERVICE_TITLES } from "../targets/service-titles.ts";
import { endSentence } from "../text/end-sentence.ts";
import { shellWord } from "../text/shell-word.ts";
import type { RungFinding } from "./climb-ladder.ts";
import type { ExaminedStack } from "./doctor-context.ts";
import type { EngineRecord } from "./rungs/open-engine-record.ts";

/** A message whose reply is not as it should be, and where the engine was watched meanwhile. */
export interface WatchedMessage {
  readonly service: Role;
  /** As it was sent. */
  readonly message: string;
  /** Undefined where nobody keeps one that can be read. */
  readonly record: EngineRecord | undefined;
}

/** What may be the engine's doing; what is to be said of it, when that is known: how the failure was told, or that it was not. */
const MAY_BE_ENGINES: Readonly<
  Record<string, (title: string) => { readonly before: string; readonly behind: string }>
> = {
  reply_failed: tellsFailure,
  call_failed: tellsFailure,
  reply_empty: (title) => ({ before: "", behind: `, and the ${title} tells that as an empty reply` }),
};

function tellsFailure(title: string) {
  return { before: `The ${title} answers, and tells of a failure. `, behind: "" };
}

/** The same finding; where the engine was seen to be asked, with what it did in place of a guess. */
export async function explainByEngine(
  stack: ExaminedStack,
  finding: RungFinding,
  { service, message, record }: WatchedMessage,
): Promise<RungFinding> {
  if (finding.status !== "broken" || record === undefined || service === "engine") return finding;
  const wording = MAY_BE_ENGINES[finding.problem.code]?.(SERVICE_TITLES[service]);
  if (wording === undefined) return finding;
  const seen = await seenAtEngine(stack, service, message, record);
  if (seen === undefined) return finding;
  const { before, behind } = wording;
  const cause = endSentence(`${before}${seen.words}${seen.isRefusal ? behind : ""}`);
  return { ...finding, problem: { ...finding.problem, cause, next: seen.next ?? finding.problem.next } };
}

interface SeenAtEngine {
  /** Without a full stop. */
  readonly words: string;
  readonly isRefusal?: boolean;
  readonly next?: string;
}

async function seenAtEngine(
  stack: ExaminedStack,
  service: Role,
  message: string,
  record: EngineRecord,
): Promise<SeenAtEngine | undefined> {
  const { engineTap, services, notes } = stack;
  const at = engineTap?.url ?? services.engine?.url ?? "";
  const generation = replyGeneration(await record.generations(), message);
  if (generation === undefined) {
    const isUnasked = record.hasRefusals && (await record.isUnasked());
    return isUnasked
      ? {
          words: `Nothing was asked at ${at} meanwhile: the ${SERVICE_TITLES[service]} asks another engine, or fails before it asks one`,
        }
      : undefined;
  }
  const { refused, model } = generation;
  if (refused === undefined) return endedAtEngine(generation, SERVICE_TITLES[service]);
  const request: RefusedRequest = { model, refused };
  return {
    words: `The engine at ${at} ${engineRefusalInWords(request, notes.engineModels)}`,
    isRefusal: true,
    ...(isUnlisted(model, notes.engineModels) && {
      next: `grep -rnF ${shellWord(model)} ${shellWord(notes.folder[service] ?? ".")}`,
    }),
  };
}

function endedAtEngine(
  { ended, text, chars_sent, model }: GenerationRecord,
  title: string,
): SeenAtEngine | undefined {
  const chars = text?.length ?? chars_sent;
  if (ended === "running" || chars === undefined) return undefined;
  const written = `${chars} characters`;
  switch (ended) {
    case "done":
      return chars === 0
        ? { words: `The engine itself wrote no text: ${model} said nothing` }
        : {
            words: `The engine wrote its reply of ${written} to the end, for ${model}: they are lost in the ${title}, or stand where nobody looks (contract.wire.stream.text)`,
          };
    case "aborted":
      return { words: `The ${title} ended its request to the engine after ${written}, before that was done` };
    default:
      return { words: `The engine broke its answer off after ${written}` };
  }
}
