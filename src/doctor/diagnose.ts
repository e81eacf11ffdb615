import type { BrokenRung, Diagnoses, RungProblem } from "./climb-ladder.ts";
import { type ChatSymptoms, chatDiagnoses } from "./diagnoses/chat-diagnoses.ts";
import { type EndpointSymptoms, endpointDiagnoses } from "./diagnoses/endpoint-diagnoses.ts";
import { type EngineSymptoms, engineDiagnoses } from "./diagnoses/engine-diagnoses.ts";
import { type ProcessSymptoms, processDiagnoses } from "./diagnoses/process-diagnoses.ts";

/** Everything that can be seen to be wrong, by the code of the problem. */
export interface Symptoms extends ProcessSymptoms, EngineSymptoms, ChatSymptoms, EndpointSymptoms {}

const DIAGNOSES: Diagnoses<Symptoms> = {
  ...processDiagnoses,
  ...engineDiagnoses,
  ...chatDiagnoses,
  ...endpointDiagnoses,
};

/** From what was seen to the cause and the next command. Looks at nothing. */
export function diagnose<Code extends keyof Symptoms>(code: Code, seen: Symptoms[Code]): RungProblem {
  return { code, ...DIAGNOSES[code](seen) };
}

/** A broken rung, with its diagnosis. */
export function broken<Code extends keyof Symptoms>(code: Code, seen: Symptoms[Code]): BrokenRung {
  return { status: "broken", problem: diagnose(code, seen) };
}
