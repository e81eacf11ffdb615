import type { StepRecord } from "./step-record.ts";

/** How often there is a look, in milliseconds. */
const EVERY_MS = 10;

/** Records, step by step, how late this process itself is, and what share of a core it takes; returns what ends it. */
export function watchDriverLag(
  now: () => number,
  recordAt: (time: number) => StepRecord | undefined,
): () => void {
  let last = now();
  let step: { readonly record: StepRecord; readonly from: number; readonly cpu: NodeJS.CpuUsage } | undefined;
  const endStep = (at: number): void => {
    if (step === undefined || at <= step.from) return;
    const { user, system } = process.cpuUsage(step.cpu);
    step.record.busy((user + system) / 1_000 / (at - step.from));
  };
  const look = (): void => {
    const at = now();
    const record = recordAt(at);
    record?.late(Math.max(0, at - last - EVERY_MS), EVERY_MS);
    last = at;
    if (record === step?.record) return;
    endStep(at);
    step = record && { record, from: at, cpu: process.cpuUsage() };
  };
  const timer = setInterval(look, EVERY_MS);
  return () => {
    clearInterval(timer);
    endStep(now());
  };
}
