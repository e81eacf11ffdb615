import { setTimeout as delay } from "node:timers/promises";
import { type ProbeResult, probe } from "../run-probe.ts";
import type { WatchedService } from "../supervisor-protocol.ts";
import { FlapDamping } from "./flap-damping.ts";
import { unreachableProblem } from "./service-problems.ts";
import type { SoleSupervisor } from "./sole-supervisor.ts";

/** How often a service of somebody else is looked at, unless its liveness says otherwise; in milliseconds. */
const USUAL_PAUSE_MS = 5000;
/** While it does not answer, and others may wait for it. */
const SHORT_PAUSE_MS = 500;

/** Watches a service that somebody else runs: `ready` while it answers well. Never resolves. */
export async function watchForeign(service: WatchedService, supervision: SoleSupervisor): Promise<never> {
  const question = service.live?.probe ?? service.ready;
  const pauseMs = service.live?.everyMs ?? USUAL_PAUSE_MS;
  const watch = new Watch(service, pauseMs, supervision);
  for (;;) {
    const answer = await probe(service, question);
    if (answer.ok) watch.noteGood(answer);
    else watch.noteBad(answer);
    await delay(answer.ok ? pauseMs : Math.min(pauseMs, SHORT_PAUSE_MS));
  }
}

/** What the answers of one service make of its report. */
class Watch {
  readonly #name: string;
  readonly #failures: number;
  readonly #damper: FlapDamping;
  readonly #supervision: SoleSupervisor;
  #bad = 0;
  #wasReady = false;

  constructor({ name, live }: WatchedService, pauseMs: number, supervision: SoleSupervisor) {
    this.#name = name;
    this.#failures = live?.failures ?? 1;
    this.#damper = new FlapDamping(pauseMs);
    this.#supervision = supervision;
  }

  noteGood({ latencyMs }: ProbeResult): void {
    const { states } = this.#supervision.shared;
    states.noteLatency(this.#name, latencyMs);
    this.#bad = 0;
    const change = this.#damper.note(true, this.#isReady);
    // Others may wait for its first good answer.
    if (!this.#isReady && (change !== undefined || !this.#wasReady)) {
      this.#tell("reachable", this.#wasReady && change?.became === "well" ? change.after : null);
      states.change(this.#name, { phase: "ready", problem: null });
    }
    this.#wasReady = true;
  }

  noteBad({ error = "" }: ProbeResult): void {
    const { states } = this.#supervision.shared;
    this.#bad += 1;
    if (this.#isReady && this.#bad < this.#failures) return;
    this.#damper.note(false, this.#isReady);
    if (states.isIn(this.#name, "unhealthy")) return;
    this.#tell("unreachable", error);
    states.change(this.#name, { phase: "unhealthy", problem: unreachableProblem(this.#name, error) });
  }

  get #isReady(): boolean {
    return this.#supervision.shared.states.isIn(this.#name, "ready");
  }

  #tell(event: "reachable" | "unreachable", detail: string | null): void {
    this.#supervision.tell({ event, service: this.#name, pid: null, detail });
  }
}
