import { AsyncLocalStorage } from "node:async_hooks";

/** Something that a check did to its target. What it looks like is for the target's clients to know. */
export type Step = unknown;

const recording = new AsyncLocalStorage<Step[]>();

/** Adds a step to the record of the check that is running; nothing where none is recorded. */
export function recordStep(step: Step): void {
  recording.getStore()?.push(step);
}

/** Does some work; the steps that are taken meanwhile, by it alone, are added to `steps`, also where it rejects. */
export async function recordingSteps<Result>(steps: Step[], work: () => Promise<Result>): Promise<Result> {
  return await recording.run(steps, work);
}
