import { randomBytes } from "node:crypto";
import { syllablesOf } from "../text/canary-word.ts";

/** A conversation that a run made, so that it can be known again for certain: ids are given out anew with a new database. */
export interface MadeConversation {
  readonly session_id: string;
  readonly created_at: string;
}

/** Who is told what a run makes on its target, so that it can be found where the run is killed. */
export interface RunJournal {
  /** Names the run for good; in the description of every profile that it makes. */
  readonly runId: string;
  /** Told of a conversation that was just made. */
  madeConversation(made: MadeConversation): void;
}

/** A journal that nobody reads. */
export function noJournal(): RunJournal {
  return { runId: newRunId(), madeConversation: () => undefined };
}

/** Names a run: twelve letters. As a part of its profiles it is in every prompt, where as many digits are twice the tokens. */
export function newRunId(): string {
  return syllablesOf(randomBytes(6));
}

/** What the name of every profile of a run begins with. */
export const RUN_PROFILE_NAME = "stack verify ";

/** The description of every profile of a run. */
export function runProfileDescription(runId: string): string {
  return `Made by stack verify, run ${runId}; deleted when it ends.`;
}
