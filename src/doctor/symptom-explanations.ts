import type { BrokenRung, Explanations, RungProblem } from "./climb-ladder.ts";
import { type AnswerSymptoms, answerExplanations } from "./explanations/answer-explanations.ts";
import { type ChatSymptoms, chatExplanations } from "./explanations/chat-explanations.ts";
import { type EngineSymptoms, engineExplanations } from "./explanations/engine-explanations.ts";
import {
  type MissingEndpointSymptoms,
  missingEndpointExplanations,
} from "./explanations/missing-endpoint-explanations.ts";
import { type ProcessSymptoms, processExplanations } from "./explanations/process-explanations.ts";

/** Everything that can be seen to be wrong, by the code of the problem. */
export interface Symptoms
  extends ProcessSymptoms,
    AnswerSymptoms,
    EngineSymptoms,
    ChatSymptoms,
    MissingEndpointSymptoms {}

const EXPLANATIONS: Explanations<Symptoms> = {
  ...processExplanations,
  ...answerExplanations,
  ...engineExplanations,
  ...chatExplanations,
  ...missingEndpointExplanations,
};

/** From what was seen to the cause and the next command. Looks at nothing. */
export function explainSymptom<Code extends keyof Symptoms>(code: Code, seen: Symptoms[Code]): RungProblem {
  return { code, ...EXPLANATIONS[code](seen) };
}

/** A broken rung, with its explanation. */
export function brokenRung<Code extends keyof Symptoms>(code: Code, seen: Symptoms[Code]): BrokenRung {
  return { status: "broken", problem: explainSymptom(code, seen) };
}
