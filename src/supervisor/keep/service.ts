import { followDaemon } from "../daemon.ts";
import { digestOf } from "../digest.ts";
import { inspectService } from "../inspect.ts";
import { untilDone } from "../job-end.ts";
import { type Launch, launchService } from "../launch.ts";
import type { ProbeResult } from "../probe.ts";
import { untilReady } from "../ready.ts";
import { isSameRun, readRecord, writeRecord } from "../record.ts";
import { StartFailure } from "../start-failed.ts";
import { stopService } from "../stop.ts";
import { DEFAULT_RESTART, type ServiceRecord, type ServiceSpec } from "../types.ts";
import type { ReportChange } from "./board.ts";
import { Damper } from "./damper.ts";
import { areReady, findObstacle } from "./dependencies.ts";
import { FileWatch } from "./file-watch.ts";
import { takePulse } from "./liveness.ts";
import { asLaunch, type Life, UNSEEN, unknownExit } from "./lives.ts";
import { makeWay, type Running } from "./make-way.ts";
import { decideRestart } from "./policy.ts";
import { failedExit, givenUp, notStarted, type Problem, triedInVain, unhealthy } from "./problems.ts";
import { type Environment, readEnvironment } from "./request-environment.ts";
import { hasBeenReady, LIVING, pauseLeft, resumptionOf, startIn } from "./resumption.ts";
import type { Shared, Supervision } from "./supervision.ts";
import type { LastExit, ServiceEvent } from "./types.ts";

/** What is done next about a service. */
type Step = () => Promise<Step>;

/**
 * Sees to one service for as long as the supervisor lives: starts it when it is wanted and all that it depends on is
 * ready, watches it, and starts it again as its policy says. Each step decides which one is next.
 */
export class KeptService {
  readonly #spec: ServiceSpec;
  readonly #supervision: Supervision;
  readonly #shared: Shared;
  /** When it was restarted since it was last asked for, in milliseconds of `performance.now()`. */
  #restarts: number[] = [];
  /** Whether it was ready since it was last asked for. Before that, all restarts count, however long ago. */
  #wasReady = false;
  /** How often those that it is started again with had been started when it was: none has, when this begins. */
  #startsBefore: readonly number[];
  /** The first file of its `watch` that has changed since it was launched. */
  #changedFile: string | undefined;

  constructor(spec: ServiceSpec, supervision: Supervision) {
    this.#spec = spec;
    this.#supervision = supervision;
    this.#shared = supervision.shared;
    this.#startsBefore = (spec.restartsWith ?? []).map(() => 0);
  }

  /** Never resolves; rejects with what nobody expected. */
  async keep(): Promise<never> {
    this.#watchFiles();
    for (let step: Step = () => this.#goOn(); ; ) step = await step();
  }

  #watchFiles(): void {
    const { name, watch } = this.#spec;
    const { state, changes } = this.#shared;
    if (watch === undefined) return;
    const noteLimit = (why: string) => process.stderr.write(`Not all that ${name} watches is seen: ${why}\n`);
    const onChange = (file: string): void => {
      this.#changedFile ??= file;
      changes.tell();
    };
    new FileWatch({ paths: watch, except: state.root, onChange, onLimit: noteLimit });
  }

  /** Goes on where the supervisor before this one was. */
  async #goOn(): Promise<Step> {
    const { board, state } = this.#shared;
    const before = board.before[this.#spec.name];
    const found = await inspectService(this.#spec, state);
    const resumption = resumptionOf(before, this.#request, found);
    if (resumption === "start" || resumption === "replace")
      return () => this.#begin(resumption === "replace");
    this.#wasReady = before !== undefined && hasBeenReady(before);
    if (found.state === "running") return () => this.#pickUp(found);
    if (resumption === "ended" && found.state === "stale")
      return () => this.#end(found.record, unknownExit(UNSEEN));
    if (resumption === "pause") return () => this.#pause(pauseLeft(before, this.#policy.maxBackoffMs));
    const isOver = before?.phase === "failed" || (before?.phase === "done" && this.#request !== null);
    this.#report({
      phase: isOver ? before.phase : "stopped",
      next_start_at: null,
      start_due: null,
    });
    return () => this.#idle();
  }

  /** Waits until somebody asks for the service anew; a job that is done is so only for as long as it is wanted. */
  async #idle(): Promise<Step> {
    const { phase } = this.#shared.board.of(this.#spec.name);
    const isDone = phase === "done";
    // Of one that ended for want of what has changed now; what nobody wants, or ended as it should, stays so.
    const isMended = () => (phase === "failed" || isDone) && this.#changedFile !== undefined;
    await this.#shared.changes.until(
      () => this.#isAskedAnew || (isDone && this.#request === null) || (this.#request !== null && isMended()),
    );
    if (this.#request === null) return () => this.#stopped();
    if (!this.#isAskedAnew) this.#tell("file_changed", null, this.#changedFile);
    return () => this.#begin(false);
  }

  /** Starts from the beginning, for a new request. @param mustStop whether what runs is stopped even if it is well */
  async #begin(mustStop: boolean): Promise<Step> {
    this.#restarts = [];
    this.#wasReady = false;
    try {
      if (mustStop) await this.#supervision.underLock(() => this.#makeWay(true));
    } catch (error) {
      this.#report({ request: this.#request });
      return this.#startFailed(error);
    }
    return await this.#start({ restarts: 0, last_exit: null, ready_ms: null });
  }

  /** Stops it though it is well, and starts it again: that is no failure, and the policy does not count it. */
  async #startAgain(reason: string): Promise<Step> {
    try {
      await this.#supervision.underLock(() => this.#makeWay(true, reason));
    } catch (error) {
      return this.#startFailed(error);
    }
    return await this.#start({ ready_ms: null });
  }

  /**
   * Waits for all that it depends on, and launches it. What it is to replace is stopped by now: a supervisor that
   * goes on from here would take it for what was asked for.
   */
  async #start(change: ReportChange): Promise<Step> {
    const nothing = { next_start_at: null, start_due: null, problem: null };
    this.#report({
      ...change,
      ...nothing,
      ...(this.#isJob && { done_digest: null }),
      phase: "waiting",
      request: this.#request,
    });
    await this.#shared.changes.until(() => this.#request === null || this.#mayStart());
    try {
      return await this.#supervision.underLock(() => this.#launch());
    } catch (error) {
      return this.#startFailed(error);
    }
  }

  /** Whether all that it depends on is ready; where one was given up, the report says so. */
  #mayStart(): boolean {
    const { board, wish } = this.#shared;
    const { name, dependsOn = [] } = this.#spec;
    const problem = findObstacle(name, dependsOn, board);
    if (problem?.message !== board.of(name).problem?.message) this.#report({ problem });
    return areReady(dependsOn, board, wish);
  }

  /** Only under the lock. What is there already is picked up, or stopped: never is there a second one. */
  async #launch(): Promise<Step> {
    const { state } = this.#shared;
    const request = this.#request;
    if (request === null) return () => this.#stopped();
    const present = await this.#makeWay(false);
    if (present !== undefined) {
      this.#report({ request });
      return () => this.#pickUp(present);
    }
    this.#startsBefore = this.#startsOfOthers;
    this.#changedFile = undefined;
    const started = performance.now();
    const launch = await launchService(this.#spec, state, this.#environment);
    this.#tell("starting", launch.record);
    this.#report({ phase: "starting", request });
    return () => this.#becomeReady(launch, started);
  }

  async #makeWay(mustStop: boolean, reason = "for a new start"): Promise<Running | undefined> {
    return await makeWay(this.#spec, this.#shared.state, mustStop, (record) =>
      this.#tell("stopped", record, reason),
    );
  }

  /** The same of a job: others may start once it is done. */
  async #finish(launch: Launch, started: number | null): Promise<Step> {
    let code: number | null;
    try {
      code = await untilDone(this.#spec, this.#shared.state, launch);
    } catch (error) {
      return this.#startFailed(error);
    }
    // A job that a command stopped may end well too, and is not done.
    this.#shared.wish.refresh();
    if (this.#request === null) return () => this.#stopped();
    // Nobody has seen whether it ended well: it is run again.
    if (this.#isAskedAnew || code === null) return () => this.#begin(false);
    const ready_ms = started === null ? null : Math.round(performance.now() - started);
    this.#tell("done", launch.record, ready_ms === null ? null : `after ${ready_ms} ms`);
    const last_exit = { ...unknownExit("it exited with code 0"), code };
    const done_digest = digestOf(this.#spec);
    this.#shared.board.noteStart(this.#spec.name);
    this.#report({ phase: "done", request: this.#request, ready_ms, problem: null, last_exit, done_digest });
    return () => this.#idle();
  }

  async #becomeReady(launch: Launch, started: number | null): Promise<Step> {
    if (this.#isJob) return await this.#finish(launch, started);
    let record: ServiceRecord;
    try {
      const asked = { ...this.#spec, environment: this.#environment };
      record = await untilReady(asked, this.#shared.state, launch);
    } catch (error) {
      return this.#startFailed(error);
    }
    const ready_ms = started === null ? null : Math.round(performance.now() - started);
    if (started !== null) this.#shared.board.noteStart(this.#spec.name);
    this.#tell("ready", record, ready_ms === null ? null : `after ${ready_ms} ms`);
    this.#becameReady(ready_ms);
    const life = this.#shared.lives.launched(launch, record);
    return () => this.#watch(life);
  }

  /** Who asked meanwhile has got what they wanted. */
  #becameReady(ready_ms: number | null): void {
    const request = this.#request ?? this.#shared.board.of(this.#spec.name).request;
    this.#wasReady = true;
    this.#report({ phase: "ready", request, ready_ms, problem: null });
  }

  /** Watches a service that runs without this supervisor's doing. */
  async #pickUp({ record, recorded, healthy }: Running): Promise<Step> {
    if (!recorded) await this.#supervision.underLock(() => this.#recordAgain(record));
    this.#tell(record.adopted === true ? "adopted" : "picked_up", record);
    const life = this.#shared.lives.other(record);
    if (healthy && !this.#isJob && !this.#awaitsItsLine(record)) {
      this.#becameReady(null);
      return () => this.#watch(life);
    }
    this.#report({ phase: "starting" });
    return () => this.#becomeReady(asLaunch(life, this.#shared.changes), null);
  }

  /** Whether a line of the log tells that it is ready, and the supervisor before this one still waited for that. */
  #awaitsItsLine({ log_size }: ServiceRecord): boolean {
    const before = this.#shared.board.before[this.#spec.name];
    if (this.#spec.ready.kind !== "log" || log_size === undefined || before === undefined) return false;
    return before.phase !== "ready" && before.phase !== "unhealthy";
  }

  async #recordAgain(record: ServiceRecord): Promise<void> {
    if (readRecord(this.#shared.state, record.name).kind !== "record")
      writeRecord(this.#shared.state, record);
  }

  /** Until it ends, counts as ended, or is asked for anew. That nobody wants it any more does not end it. */
  async #watch(life: Life): Promise<Step> {
    const { live } = this.#spec;
    const { lives, changes } = this.#shared;
    const over = new AbortController();
    const target = { ...this.#spec, environment: this.#environment };
    const damper = new Damper(live?.everyMs ?? 0);
    const note = (answer: ProbeResult) => this.#noteAnswer(answer, life, damper);
    const pulse = takePulse(target, live, note, over.signal);
    // Who restarts nothing is not helped by stopping it.
    const isDead = () => live !== undefined && pulse.bad >= live.failures && this.#policy.when !== "no";
    await changes.until(
      () => life.exit !== undefined || isDead() || this.#isAskedAnew || this.#mustStartAgain,
    );
    over.abort();
    lives.forget(life);

    const { exit, record } = life;
    if (exit !== undefined) return () => this.#end(record, exit);
    if (this.#isAskedAnew) return () => this.#begin(true);
    const other = this.#restartedOther;
    if (this.#changedFile !== undefined) {
      this.#tell("file_changed", record, this.#changedFile);
      return () => this.#startAgain("because a file changed");
    }
    if (other !== undefined) return () => this.#startAgain(`because ${other} was started again`);
    const times = pulse.bad === 1 ? "once" : `${pulse.bad} times`;
    const reason = `no answer to its liveness probe ${times}: ${pulse.trouble}`;
    return () => this.#end(record, unknownExit(reason), "ended");
  }

  #noteAnswer({ ok, error = "", latencyMs }: ProbeResult, { record }: Life, damper: Damper): void {
    const { board, changes } = this.#shared;
    const { name } = this.#spec;
    if (ok) board.noteLatency(name, latencyMs);
    const change = damper.note(ok, board.of(name).phase === "ready");
    changes.tell();
    if (change === undefined) return;
    this.#tell(ok ? "healthy" : "unhealthy", record, ok ? change.words : error);
    this.#report({ phase: ok ? "ready" : "unhealthy", problem: ok ? null : unhealthy(name, error) });
  }

  /**
   * After the end of a run: follows the daemon that it made of itself, or else clears what is left of it, and finds
   * out whether it was stopped or ended by itself.
   *
   * @param event what it is told as, where no command stopped it
   */
  async #end(record: ServiceRecord, exit: LastExit, event: "exited" | "ended" = "exited"): Promise<Step> {
    const { state, lives } = this.#shared;
    try {
      const daemon = exit.code === 0 ? await followDaemon(record, state) : undefined;
      if (daemon !== undefined) return () => this.#watch(lives.other(daemon));
      return await this.#supervision.underLock(async () => {
        const reading = readRecord(state, record.name);
        const isOurs = reading.kind === "record" && isSameRun(reading.record, record);
        // A command that stopped it has removed the record, before this got the lock, and has written down the event.
        if (isOurs) {
          await stopService(record, state);
          this.#tell(event, record, exit.reason);
        }
        if (this.#request === null) return () => this.#stopped();
        if (!isOurs || this.#isAskedAnew) return () => this.#begin(false);
        return this.#decide(exit);
      });
    } catch (error) {
      return this.#startFailed(error);
    }
  }

  /** @param problem what is wrong if it is given up; by default that its policy says so */
  #decide(exit: LastExit, problem?: Problem): Step {
    const { name } = this.#spec;
    const [now, random] = [performance.now(), Math.random()];
    // What takes longer to fail than the policy's window would be tried for ever.
    const restarts = this.#wasReady ? this.#restarts : this.#restarts.map(() => now);
    const decision = decideRestart(this.#policy, { exit, restarts, now, random });
    this.#report({ last_exit: exit });
    if (decision.action === "restart") {
      this.#tell("restarting", null, `in ${decision.afterMs} ms`);
      return () => this.#pause(decision.afterMs);
    }
    if (decision.action === "stay_down") {
      this.#report({ phase: "stopped" });
      return () => this.#idle();
    }
    this.#tell("given_up", null, decision.reason);
    this.#report({ phase: "failed", problem: problem ?? givenUp(name, decision.reason, exit) });
    return () => this.#idle();
  }

  async #pause(ms: number): Promise<Step> {
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      this.#shared.changes.tell();
    }, ms);
    this.#report({ phase: "backoff", ...startIn(ms), problem: null });
    await this.#shared.changes.until(
      () => isOver || this.#request === null || this.#isAskedAnew || this.#changedFile !== undefined,
    );
    clearTimeout(timer);
    if (this.#request === null) return () => this.#stopped();
    if (this.#isAskedAnew) return () => this.#begin(false);
    this.#restarts.push(performance.now());
    const restarts = this.#shared.board.of(this.#spec.name).restarts + 1;
    return () => this.#start({ restarts });
  }

  /** Tried again as the policy says, also the first start; but not where that cannot help. */
  #startFailed(error: unknown): Step {
    const { name } = this.#spec;
    this.#shared.wish.refresh();
    if (this.#request === null) return () => this.#stopped();
    if (this.#isAskedAnew) return () => this.#begin(false);
    const problem = notStarted(name, error);
    const exit = failedExit(error);
    this.#tell("start_failed", null, problem.message);
    if (this.#wasReady) return this.#decide(exit);
    const isDone = exit.code === 0 && this.#policy.when !== "always";
    const isHopeless = error instanceof StartFailure && error.isHopeless;
    if (this.#policy.when !== "no" && !isDone && !isHopeless)
      return this.#decide(exit, triedInVain(problem, this.#restarts.length + 1));
    this.#report({ phase: "failed", problem, last_exit: exit });
    return () => this.#idle();
  }

  async #stopped(): Promise<Step> {
    const { name } = this.#spec;
    if (LIVING.has(this.#shared.board.of(name).phase))
      this.#supervision.passOn({ event: "stopped", service: name, pid: null, detail: null });
    this.#report({ phase: "stopped", next_start_at: null, start_due: null, problem: null });
    return () => this.#idle();
  }

  /** Of whoever asked for it. */
  get #environment(): Environment | undefined {
    return readEnvironment(this.#shared.state, this.#spec.name);
  }

  /** By which it is wanted; null where it is not. */
  get #request(): string | null {
    return this.#shared.wish.requestFor(this.#spec.name);
  }

  get #isAskedAnew(): boolean {
    return this.#request !== null && this.#request !== this.#shared.board.of(this.#spec.name).request;
  }

  get #startsOfOthers(): readonly number[] {
    return (this.#spec.restartsWith ?? []).map((name) => this.#shared.board.startsOf(name));
  }

  get #mustStartAgain(): boolean {
    return this.#changedFile !== undefined || this.#restartedOther !== undefined;
  }

  /** One that it is started again with, and that was started and is ready since this one was launched. */
  get #restartedOther(): string | undefined {
    const now = this.#startsOfOthers;
    return this.#spec.restartsWith?.find(
      (name, index) =>
        now[index] !== this.#startsBefore[index] && this.#shared.board.isIn(name, "ready", "done"),
    );
  }

  get #isJob(): boolean {
    return this.#spec.ready.kind === "exit";
  }

  get #policy() {
    return this.#spec.restart ?? DEFAULT_RESTART;
  }

  #report(change: ReportChange): void {
    this.#shared.board.change(this.#spec.name, change);
  }

  #tell(event: ServiceEvent["event"], record: ServiceRecord | null, detail: string | null = null): void {
    this.#supervision.tell({ event, service: this.#spec.name, pid: record?.pid ?? null, detail });
  }
}
