import {
  DEFAULT_RESTART,
  type RestartPolicy,
  type ServiceRecord,
  type ServiceSpec,
} from "../service-spec.ts";
import type { ServiceEvent } from "../supervisor-protocol.ts";
import { FileWatch } from "./file-watch.ts";
import { type Environment, readEnvironment } from "./request-environment.ts";
import type { ReportChange } from "./service-state-store.ts";
import type { SoleSupervisor, SupervisionParts } from "./sole-supervisor.ts";

/** What the steps of one service (`supervise-service.ts`) know of it, and remember from one to the next. */
export class SupervisedService {
  readonly spec: ServiceSpec;
  readonly supervision: SoleSupervisor;
  readonly shared: SupervisionParts;
  /** When it was restarted since it was last asked for, in milliseconds of `performance.now()`. */
  restarts: number[] = [];
  /** Whether it was ready since it was last asked for. Before that, all restarts count, however long ago. */
  wasReady = false;
  /** The first file of its `watch` that has changed since it was launched. */
  changedFile: string | undefined;
  /** How often those that it is started again with had been started when it was: none has, when this begins. */
  #startsBefore: readonly number[];

  constructor(spec: ServiceSpec, supervision: SoleSupervisor) {
    this.spec = spec;
    this.supervision = supervision;
    this.shared = supervision.shared;
    this.#startsBefore = (spec.restartsWith ?? []).map(() => 0);
  }

  /** Notes from now on which of the files of its `watch` change. */
  watchFiles(): void {
    const { name, watch } = this.spec;
    const { state, changes } = this.shared;
    if (watch === undefined) return;
    const noteLimit = (why: string) => process.stderr.write(`Not all that ${name} watches is seen: ${why}\n`);
    const onChange = (file: string): void => {
      this.changedFile ??= file;
      changes.tell();
    };
    new FileWatch({ paths: watch, except: state.root, onChange, onLimit: noteLimit });
  }

  /** It is launched: what changed before this moment is no reason to start it again. */
  noteLaunch(): void {
    this.#startsBefore = this.#startsOfOthers;
    this.changedFile = undefined;
  }

  /** It is ready; who asked meanwhile has got what they wanted. */
  becameReady(ready_ms: number | null): void {
    const request = this.request ?? this.shared.states.of(this.spec.name).request;
    this.wasReady = true;
    this.report({ phase: "ready", request, ready_ms, problem: null });
  }

  /** Of whoever asked for it. */
  get environment(): Environment | undefined {
    return readEnvironment(this.shared.state, this.spec.name);
  }

  /** By which it is wanted; null where it is not. */
  get request(): string | null {
    return this.shared.desired.requestFor(this.spec.name);
  }

  get isAskedAnew(): boolean {
    return this.request !== null && this.request !== this.shared.states.of(this.spec.name).request;
  }

  get mustStartAgain(): boolean {
    return this.changedFile !== undefined || this.restartedOther !== undefined;
  }

  /** One that it is started again with, and that was started and is ready since this one was launched. */
  get restartedOther(): string | undefined {
    const now = this.#startsOfOthers;
    return this.spec.restartsWith?.find(
      (name, index) =>
        now[index] !== this.#startsBefore[index] && this.shared.states.isIn(name, "ready", "done"),
    );
  }

  get #startsOfOthers(): readonly number[] {
    return (this.spec.restartsWith ?? []).map((name) => this.shared.states.startsOf(name));
  }

  get isJob(): boolean {
    return this.spec.ready.kind === "exit";
  }

  get policy(): RestartPolicy {
    return this.spec.restart ?? DEFAULT_RESTART;
  }

  report(change: ReportChange): void {
    this.shared.states.change(this.spec.name, change);
  }

  tell(event: ServiceEvent["event"], record: ServiceRecord | null, detail: string | null = null): void {
    this.supervision.tell({ event, service: this.spec.name, pid: record?.pid ?? null, detail });
  }
}
