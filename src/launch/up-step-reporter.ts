import { urlOf } from "../contract/address.ts";
import { recordedService } from "../supervisor/client/recorded-services.ts";
import type { StateFolder } from "../supervisor/state-folder.ts";
import type { ServiceReport } from "../supervisor/supervisor-protocol.ts";
import type { Asked } from "./ask-supervisor.ts";
import type { ServiceInspection } from "./inspect-stack.ts";
import { ASKED_FOR, type Intent } from "./service-intent.ts";

/** What became of one service. */
export interface UpStep {
  readonly name: string;
  /**
   * `running`: it ran already, or another `up` started it; `external`: somebody else's, used as it is;
   * `unreachable`: somebody else's, which does not answer; `unhealthy`: it runs and does not answer, and is left as
   * it is, because nobody asked for it; `done`: a job, which this call or an earlier one has run to its end.
   */
  readonly state:
    | "done"
    | "started"
    | "restarted"
    | "adopted"
    | "running"
    | "unhealthy"
    | "external"
    | "unreachable";
  /** `stand-in`, `ollama`, `openai`, `embedded`, `command`, `job` or `url`. */
  readonly kind: string;
  /** Null where it listens nowhere. */
  readonly url: string | null;
  /** Null for an external one. */
  readonly pid: number | null;
  /** From its start until it was ready, or done, in milliseconds; null where this call did not start it. */
  readonly ready_ms: number | null;
  /** Why it was stopped first, or is unhealthy, as the end of a sentence; null in other states. */
  readonly reason: string | null;
}

interface ReporterOptions {
  readonly folder: StateFolder;
  readonly onStep: (step: UpStep) => void;
  /** The one service whose step is told; all where undefined. */
  readonly only: string | undefined;
}

/** Reports what became of each service that a call has asked for, as soon as it is known. */
export class UpStepReporter {
  /** Those that were told, in that order. */
  readonly steps: UpStep[] = [];
  /** By service: the request that was not answered yet. */
  readonly requests: Map<string, string>;
  readonly #asked: readonly Asked[];
  readonly #options: ReporterOptions;

  constructor(asked: readonly Asked[], options: ReporterOptions) {
    this.#asked = asked;
    this.#options = options;
    this.requests = new Map(
      asked.flatMap(({ inspection, request }) => (request === null ? [] : [[inspection.name, request]])),
    );
  }

  /** The services that were asked for, and of which nothing was told yet. */
  get pending(): string[] {
    return this.#asked
      .filter(({ request }) => request !== null)
      .map(({ inspection }) => inspection.name)
      .filter((each) => !this.steps.some(({ name }) => name === each));
  }

  /** Reports those that are left as they are and meet the condition. */
  reportLeft(isMeant: (inspection: ServiceInspection) => boolean): void {
    for (const { inspection, intent } of this.#asked) {
      if (intent.action === "leave" && isMeant(inspection))
        this.#report(presentStep(inspection, intent, this.#options.folder));
    }
  }

  /** Reports a service that the supervisor says is ready. */
  readonly reportReady = (name: string, answer: ServiceReport): void => {
    this.requests.delete(name);
    const found = this.#asked.find(({ inspection }) => inspection.name === name);
    if (found !== undefined)
      this.#report(readyStep(found.inspection, found.intent, answer, this.#options.folder));
  };

  /** Reports somebody else's service that answers by now. */
  readonly reportExternal = (inspection: ServiceInspection): void => {
    this.#report(stepOf(inspection, { state: "external" }));
  };

  #report(step: UpStep): void {
    const { only, onStep } = this.#options;
    if (only !== undefined && step.name !== only) return;
    this.steps.push(step);
    onStep(step);
  }
}

function presentStep(inspection: ServiceInspection, { isWell, reason }: Intent, folder: StateFolder): UpStep {
  const { isExternal, isAdopted, answer, name } = inspection;
  if (isJob(inspection) && inspection.state.state !== "running") return stepOf(inspection, { state: "done" });
  if (isExternal) return stepOf(inspection, { state: answer?.ok === true ? "external" : "unreachable" });
  if (isWell === false) return stepOf(inspection, { state: "unhealthy", pid: pidOf(name, folder), reason });
  return stepOf(inspection, { state: isAdopted ? "adopted" : "running", pid: pidOf(name, folder) });
}

function readyStep(
  inspection: ServiceInspection,
  { action, reason }: Intent,
  { ready_ms }: ServiceReport,
  folder: StateFolder,
): UpStep {
  if (isJob(inspection))
    return stepOf(inspection, { state: "done", ready_ms: action === "join" ? null : ready_ms });
  const pid = pidOf(inspection.name, folder);
  if (action === "join") return stepOf(inspection, { state: "running", pid });
  if (action === "restart")
    return stepOf(inspection, {
      state: "restarted",
      pid,
      ready_ms,
      reason: reason === ASKED_FOR ? null : reason,
    });
  return stepOf(inspection, { state: "started", pid, ready_ms });
}

function isJob({ kind }: ServiceInspection): boolean {
  return kind === "job";
}

function pidOf(name: string, folder: StateFolder): number | null {
  return recordedService(folder, name)?.pid ?? null;
}

function stepOf(
  { name, kind, spec }: ServiceInspection,
  what: Pick<UpStep, "state"> & Partial<UpStep>,
): UpStep {
  const url = spec.address === undefined ? null : urlOf(spec.address);
  return { name, kind, url, pid: null, ready_ms: null, reason: null, ...what };
}
