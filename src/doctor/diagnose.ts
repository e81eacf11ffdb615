import { type ChatSymptoms, chatDiagnoses } from "./diagnoses/chat.ts";
import { type EndpointSymptoms, endpointDiagnoses } from "./diagnoses/endpoints.ts";
import { type EngineSymptoms, engineDiagnoses } from "./diagnoses/engine.ts";
import { type ProcessSymptoms, processDiagnoses } from "./diagnoses/process.ts";
import type { BrokenRung, Problem } from "./ladder.ts";

/** Everything that can be seen to be wrong, by the code of the problem. */
export interface Symptoms extends ProcessSymptoms, EngineSymptoms, ChatSymptoms, EndpointSymptoms {}

/** What a symptom means: what was found, its likely cause, and the command to type next. */
export type Diagnoses<Some> = {
  readonly [Code in keyof Some]: (seen: Some[Code]) => Omit<Problem, "code">;
};

const DIAGNOSES: Diagnoses<Symptoms> = {
  ...processDiagnoses,
  ...engineDiagnoses,
  ...chatDiagnoses,
  ...endpointDiagnoses,
};

/** From what was seen to the cause and the next command. Looks at nothing. */
export function diagnose<Code extends keyof Symptoms>(code: Code, seen: Symptoms[Code]): Problem {
  return { code, ...DIAGNOSES[code](seen) };
}

/** A broken rung, with its diagnosis. */
export function broken<Code extends keyof Symptoms>(code: Code, seen: Symptoms[Code]): BrokenRung {
  return { status: "broken", problem: diagnose(code, seen) };
}
