import type { Role } from "../../config/service-config.ts";
import { Health } from "../../contract/common-schemas.ts";
import { gatewayRoutes } from "../../contract/routes.ts";
import { messageOf } from "../../errors/thrown-error.ts";
import { identifyingPath, readEngineAnswer } from "../../launch/identify-engine.ts";
import { wordsIn } from "../../targets/drivers/refusal.ts";
import { createHttpClient, type SeenCall } from "../../targets/http-client.ts";
import type { BrokenRung, Rung, RungFinding } from "../climb-ladder.ts";
import { askService, type ExaminedStack, examinedService } from "../doctor-context.ts";
import { troubleAtEndOf } from "../import-error-in-log.ts";
import { isTokenRefused, refusedCall } from "../refused-call.ts";
import { brokenRung } from "../symptom-explanations.ts";

/** It answers over HTTP, and as what it should be. */
export function answersRung(service: Role): Rung<ExaminedStack> {
  return {
    id: `${service}/answers`,
    service,
    name: "answer",
    needs: [`${service}/port`],
    async look(stack) {
      const path = service === "engine" ? identifyingPath(stack.engineApi) : gatewayRoutes.health.path();
      let answer: SeenCall;
      try {
        answer = await askService(stack, service, ["GET", path]);
      } catch (error) {
        stack.signal.throwIfAborted();
        return noAnswer(stack, service, path, error);
      }
      return service === "engine"
        ? await engineAnswer(answer, stack)
        : await serviceAnswer(service, answer, stack);
    },
  };
}

/** Nothing was answered: what may be known of why. */
export function noAnswer(stack: ExaminedStack, service: Role, path: string, error: unknown): BrokenRung {
  const { url, state } = examinedService(stack, service);
  return brokenRung("no_answer", {
    service,
    url,
    path,
    isOurs: state !== undefined,
    error: messageOf(error),
    trouble: state?.state === "running" ? troubleAtEndOf(state.record.log) : undefined,
  });
}

async function engineAnswer({ status, body }: SeenCall, stack: ExaminedStack): Promise<RungFinding> {
  const { notes, engineApi, hasEngineKey } = stack;
  const { url } = examinedService(stack, "engine");
  const path = identifyingPath(engineApi);
  if (status === 401 || status === 403)
    return brokenRung("engine_key_refused", { url, status, hasKey: hasEngineKey });
  const answer = readEngineAnswer(engineApi, status, JSON.stringify(body));
  switch (answer.kind) {
    case "other":
    case "nothing":
      return brokenRung("no_engine", { url, path, status, speaks: await wireOf(stack) });
    case "openai":
      return { status: "holds", text: "answers, by OpenAI's wire" };
    default: {
      notes.engineKind = answer.kind;
      const scripted = answer.kind === "stand-in" ? ": a stand-in, its answers are scripted" : "";
      return { status: "holds", text: `answers, version ${answer.version}${scripted}` };
    }
  }
}

/** Which wire it speaks instead of the configured one; undefined where it is no engine at all. */
async function wireOf(stack: ExaminedStack): Promise<"chat" | "openai" | undefined> {
  const other = stack.engineApi === "openai" ? "chat" : "openai";
  const asked = askService(stack, "engine", ["GET", identifyingPath(other)]);
  const answer = await asked.catch(() => undefined);
  stack.signal.throwIfAborted();
  if (answer === undefined) return undefined;
  return readEngineAnswer(other, answer.status, JSON.stringify(answer.body)).kind === "other"
    ? undefined
    : other;
}

async function serviceAnswer(
  service: "gateway" | "hmi",
  answer: SeenCall,
  stack: ExaminedStack,
): Promise<RungFinding> {
  const { status, body } = answer;
  const { url, isNamed } = examinedService(stack, service);
  const said = wordsIn(answer);
  if (isTokenRefused(status, said)) return refusedCall(stack, service, answer, said);
  if (status !== 200 || serviceIn(body) !== service) {
    return brokenRung("wrong_service", {
      service,
      url,
      found: `${status} ${JSON.stringify(body)}`,
      isNamed,
    });
  }
  // Others may tell less of their health than the contract wants.
  const health = Health.safeParse(body).data;
  if (health === undefined) return { status: "holds", text: "answers" };
  stack.notes.health[service] = health;
  const pids = await workersOf(stack, service, health.pid);
  if (pids.length > 1) return brokenRung("several_workers", { service, url, pids });
  return { status: "holds", text: `answers, version ${health.version}` };
}

/** How many more times a service is asked, each time by a connection of its own, whether it is the same process. */
const WORKER_LOOKS = 5;

/** The processes that answer behind one port, by their own word. */
async function workersOf(
  stack: ExaminedStack,
  service: "gateway" | "hmi",
  first: number,
): Promise<readonly number[]> {
  const { url } = examinedService(stack, service);
  const pids = new Set([first]);
  for (let look = 0; look < WORKER_LOOKS; look += 1) {
    const client = createHttpClient(url, stack.target.token);
    const soon = AbortSignal.any([stack.signal, AbortSignal.timeout(2_000)]);
    const { body } = await client
      .call("GET", gatewayRoutes.health.path(), { signal: soon })
      .finally(() => client.close());
    const pid = Health.safeParse(body).data?.pid;
    if (pid !== undefined) pids.add(pid);
  }
  return [...pids];
}

function serviceIn(body: unknown): unknown {
  return typeof body === "object" && body !== null && "service" in body ? body.service : undefined;
}
