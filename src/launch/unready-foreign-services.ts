import { urlOf } from "../contract/address.ts";
import { EXIT } from "../errors/exit-codes.ts";
import { UserError } from "../errors/user-error.ts";
import { DEFAULT_START_TIMEOUT_MS } from "../supervisor/service-spec.ts";
import type { ServiceReports } from "../supervisor/supervisor-protocol.ts";
import type { Asked } from "./ask-supervisor.ts";
import type { ServiceInspection } from "./inspect-stack.ts";
import { startsIt } from "./service-intent.ts";

/** Services of others that are needed by what is being started, and do not answer yet. */
export class UnreadyForeignServices {
  /** By name, with who needs it, and until when it may be late, in milliseconds of `performance.now()`. */
  readonly #late: Map<string, { inspection: ServiceInspection; neededBy: string; until: number }>;

  constructor(asked: readonly Asked[]) {
    const starting = asked.filter(({ intent }) => startsIt(intent)).map(({ inspection }) => inspection);
    const late = asked.flatMap(({ inspection }) => {
      const { name, isExternal, answer, spec } = inspection;
      const needing = starting.find((each) => each.spec.dependsOn?.includes(name));
      if (!isExternal || answer?.ok === true || needing === undefined) return [];
      const until = performance.now() + (spec.startTimeoutMs ?? DEFAULT_START_TIMEOUT_MS);
      return [[name, { inspection, neededBy: needing.name, until }] as const];
    });
    this.#late = new Map(late);
  }

  has(name: string): boolean {
    return this.#late.has(name);
  }

  /**
   * Takes out those that answer by now. Nobody of ours can start what somebody else runs: throws a UserError
   * `unreachable` where one is late for too long.
   */
  look(services: ServiceReports, onThere: (inspection: ServiceInspection) => void): void {
    for (const [name, { inspection, neededBy, until }] of this.#late) {
      const report = services[name];
      if (report?.phase === "ready") {
        this.#late.delete(name);
        onThere(inspection);
      } else if (performance.now() > until) throw unreachable(inspection, neededBy);
    }
  }
}

function unreachable({ name, kind, spec, answer }: ServiceInspection, neededBy: string): UserError {
  const where = spec.address === undefined ? "" : ` at ${urlOf(spec.address)}`;
  const seconds = (spec.startTimeoutMs ?? DEFAULT_START_TIMEOUT_MS) / 1000;
  return new UserError(
    "unreachable",
    `${neededBy} needs ${name}, which did not answer${where} for ${seconds} s: ${answer?.error ?? "no answer"}.`,
    {
      hint: kind === "openai" ? OPENAI_HINT : hintFor(name),
      exitCode: EXIT.failed,
    },
  );
}

function hintFor(name: string): string {
  return `Somebody else runs ${name}: start it there, give it more time (start_timeout_ms), or take it out of depends_on.`;
}

/** It is ours to find, and its key may be what it lacks. */
const OPENAI_HINT =
  "With engine.api openai a server at engine.url is used as it is: see that it runs and has loaded its model, " +
  "or set engine.url, or STACK_ENGINE_API_KEY where it asks for a key.";
