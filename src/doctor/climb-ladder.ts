import type { Role } from "../config/service-config.ts";
import type { RungReport } from "../contract/doctor-report.ts";
import { messageOf } from "../errors/thrown-error.ts";
import { NotObservable } from "../harness/target-errors.ts";
import { SERVICE_TITLES } from "../targets/service-titles.ts";

/** One thing that must hold before anything above it can. */
export interface Rung<Subject> {
  /** `engine/model`. */
  readonly id: string;
  readonly service: Role;
  /** A noun, as in "not tried: chat". */
  readonly name: string;
  /** The ids of the rungs that it stands on; they come earlier. */
  readonly needs: readonly string[];
  /** A rung on which it does not stand, and what is broken there that would only be told a second time here. */
  readonly barredBy?: { readonly id: string; readonly code: string };
  /** Undefined where there is nothing here that could be looked at: no word is said of it. */
  look(subject: Subject): Promise<RungFinding | undefined>;
}

/** What was found at a rung. `skipped`: it cannot be looked at here, and what stands on it is tried all the same. */
export type RungFinding = { readonly status: "holds" | "skipped"; readonly text: string } | BrokenRung;

export interface BrokenRung {
  readonly status: "broken";
  readonly problem: RungProblem;
}

/** A broken rung, in words. */
export interface RungProblem {
  /** A name for programs. */
  readonly code: string;
  /** What was found. */
  readonly found: string;
  /** The likely reason. */
  readonly cause: string;
  /** The command to type next. */
  readonly next: string;
}

/** What symptoms mean, by their codes: what was found, its likely cause, and the command to type next. */
export type Explanations<Some> = {
  readonly [Code in keyof Some]: (seen: Some[Code]) => Omit<RungProblem, "code">;
};

export interface ClimbOptions<Subject> {
  readonly rungs: readonly Rung<Subject>[];
  readonly subject: Subject;
  /** Ends the climb, which then throws the signal's reason. */
  readonly signal: AbortSignal;
  /** Why a rung cannot be looked at, in words for what is examined; left out: in the error's own. */
  readonly whyNotObservable?: (error: NotObservable) => string;
  /** Says what an error tells that a rung has thrown; undefined, or left out: nothing answered. */
  readonly findingOf?: (error: unknown) => BrokenRung | undefined;
  /** Says more of what is broken, where more is known. */
  readonly amend?: (rung: BrokenRung) => Promise<BrokenRung>;
  readonly onStart: (rung: Pick<Rung<Subject>, "id" | "service" | "name">) => void;
  readonly onRung: (report: RungReport) => void;
}

/** Tries the rungs in their order; what stands on a broken one is not tried. */
export async function climb<Subject>(options: ClimbOptions<Subject>): Promise<RungReport[]> {
  const reports: RungReport[] = [];
  for (const rung of options.rungs) {
    const report = brokenBelow(rung, reports) ?? (await tryRung(rung, options));
    if (report === undefined) continue;
    reports.push(report);
    options.onRung(report);
  }
  return reports;
}

function brokenBelow<Subject>(
  { id, service, name, needs, barredBy }: Rung<Subject>,
  reports: readonly RungReport[],
): RungReport | undefined {
  const below = reports.find(
    ({ id, status, problem }) =>
      (needs.includes(id) && (status === "broken" || status === "not_tried")) ||
      (id === barredBy?.id && problem?.code === barredBy.code),
  );
  if (below === undefined) return undefined;
  const root = reports.find((report) => report.id === (below.waits_for ?? below.id)) ?? below;
  return {
    id,
    service,
    name,
    status: "not_tried",
    text: `waits for the ${SERVICE_TITLES[root.service]}'s ${root.name}`,
    took_ms: null,
    waits_for: root.id,
    problem: null,
  };
}

async function tryRung<Subject>(
  rung: Rung<Subject>,
  {
    subject,
    signal,
    onStart,
    amend = async (broken) => broken,
    whyNotObservable = ({ message }) => message,
    findingOf = () => undefined,
  }: ClimbOptions<Subject>,
): Promise<RungReport | undefined> {
  signal.throwIfAborted();
  const { id, service, name } = rung;
  onStart(rung);
  const start = performance.now();
  const found = await look(rung, subject, { signal, whyNotObservable, findingOf });
  if (found === undefined) return undefined;
  const finding = found.status === "broken" ? await amend(found) : found;
  const took_ms = Math.round(performance.now() - start);
  if (finding.status !== "broken") {
    return {
      id,
      service,
      name,
      status: finding.status,
      text: finding.text,
      took_ms,
      waits_for: null,
      problem: null,
    };
  }
  const { found: text, ...problem } = finding.problem;
  return { id, service, name, status: "broken", text, took_ms, waits_for: null, problem };
}

/** A rung that could not be looked at is broken too: a service that hangs up breaks every question. */
async function look<Subject>(
  rung: Rung<Subject>,
  subject: Subject,
  {
    signal,
    whyNotObservable,
    findingOf,
  }: Required<Pick<ClimbOptions<Subject>, "signal" | "whyNotObservable" | "findingOf">>,
): Promise<RungFinding | undefined> {
  try {
    return await rung.look(subject);
  } catch (error) {
    signal.throwIfAborted();
    // What a wire does not tell is no fault of the service.
    if (error instanceof NotObservable) return { status: "skipped", text: whyNotObservable(error) };
    const told = findingOf(error);
    if (told !== undefined) return told;
    const found = `${rung.name}: ${messageOf(error)}`;
    const cause = "The service broke the call off, or did not answer it in time.";
    return { status: "broken", problem: { code: "look_failed", found, cause, next: "stack status" } };
  }
}
