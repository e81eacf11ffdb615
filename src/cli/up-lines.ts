import { type DefaultModelReport, isDefaultConfigured } from "../launch/ask-default-model.ts";
import type { PlannedStep } from "../launch/dry-run.ts";
import type { UpStep } from "../launch/up-step-reporter.ts";
import { msUntilStart } from "../supervisor/scheduled-start.ts";
import type { ServiceReport } from "../supervisor/supervisor-protocol.ts";
import { joinText, paint, type StyledText, styled } from "../text/styled-text.ts";
import type { Screen } from "./screen.ts";

/** Widths of the columns; the lines appear one by one, so they cannot be measured together. */
const WIDTHS = { name: 9, kind: 10, url: 25, state: 16 } as const;

/** Where what is said of a service goes on. */
const INDENT = 12;

/** `engine    stand-in   http://127.0.0.1:11434   ready 0.2 s   pid 4711`. */
export function stepLines({ name, kind, url, state, pid, ready_ms, reason }: UpStep): StyledText[] {
  const took = state === "done" ? "done in" : "ready";
  const how = ready_ms === null ? STATES[state] : `${took} ${(ready_ms / 1000).toFixed(1)} s`;
  const what = state === "unhealthy" ? "left as it is" : "was stopped first";
  const cells = [
    paint("strong", name.padEnd(WIDTHS.name)),
    kind.padEnd(WIDTHS.kind),
    (url ?? "").padEnd(WIDTHS.url),
    paint(isBad(state) ? "bad" : "good", how.padEnd(WIDTHS.state)),
    pid === null ? "" : `pid ${pid}`,
  ];
  const why = reason === null ? [] : [styled`${" ".repeat(INDENT)}${paint("quiet", `${what}: ${reason}`)}`];
  return [styled`  ${joinText(cells, " ")}`.trimEnd(), ...why];
}

/** Whether it does not do its work in the end. */
export function isBad(state: UpStep["state"]): boolean {
  return state === "unreachable" || state === "unhealthy";
}

/** `web       did not become ready: it exited with code 1. It is tried again in 0.5 s.` */
export function retryLine(name: string, report: ServiceReport): StyledText {
  const pause = msUntilStart(report, Number.POSITIVE_INFINITY);
  const how = report.last_exit?.reason ?? "nobody saw how";
  return styled`  ${paint("strong", name.padEnd(WIDTHS.name))} ${paint("warn", "failed")}: ${how}. It is tried again in ${(pause / 1000).toFixed(1)} s.`;
}

const STATES: Readonly<Record<UpStep["state"], string>> = {
  done: "done already",
  started: "started",
  restarted: "started again",
  adopted: "taken over",
  running: "running already",
  external: "used as it is",
  unreachable: "does not answer",
  unhealthy: "does not answer",
};

/** Shows `gateway   would be started: it does not run`, and what would be run. */
export function printIntent(screen: Screen, { name, action, reason, command }: PlannedStep): void {
  const what = paint(action === "blocked" ? "bad" : "plain", INTENTS[action]);
  screen.line(styled`  ${paint("strong", name.padEnd(WIDTHS.name))} ${what}: ${reason}`, INDENT);
  if (command !== null) screen.unwrapped(styled`${" ".repeat(INDENT)}${paint("quiet", command)}`);
}

const INTENTS: Readonly<Record<PlannedStep["action"], string>> = {
  leave: "is left as it is",
  join: "is waited for",
  start: "would be started",
  restart: "would be stopped and started",
  blocked: "could not be started, because its port is taken",
};

/** What is known of a stack that is up, beside its services. */
export interface StackFacts {
  /** Where a person chats; null where there is no HMI. */
  readonly chatPage: string | null;
  /** How many copies of the HMI are configured. */
  readonly pageReplicas: number;
  readonly model: DefaultModelReport | null;
  /** `engine.api`. */
  readonly engineApi: string;
}

/** What a person does next. */
export function stackAdvice(
  steps: readonly UpStep[],
  { chatPage, pageReplicas, model, engineApi }: StackFacts,
): string[] {
  const engine = steps.find(({ name }) => name === "engine");
  const advice = chatPage === null ? [] : [`Chat at ${chatPage}`];
  if (chatPage !== null && pageReplicas > 1)
    advice.push(
      `One address for all ${pageReplicas} copies of the page is a proxy's: \`stack export nginx\` lists them.`,
    );
  if (engine?.kind === "stand-in") advice.push(scriptedLine(engine, engineApi));
  if (model !== null && !isDefaultConfigured(model)) advice.push(modelLine(model));
  return advice;
}

function scriptedLine({ url }: UpStep, engineApi: string): string {
  if (engineApi !== "openai") {
    return "No Ollama was found, so the answers are scripted. Install it, or set engine.url, for real ones.";
  }
  return `No server answered at ${url}, so the answers are scripted. For real ones stop this one (\`stack down engine\`) and start yours there, or set engine.url.`;
}

/** What stands in for the configured model is no fault, and nobody should have to guess it. */
function modelLine({ configured, in_force }: DefaultModelReport): string {
  if (in_force !== null) {
    return `The engine does not have ${configured} (chat.model): ${in_force}, its first, answers where nobody chooses a model.`;
  }
  return "The engine has no model yet: `stack doctor` says how it gets one.";
}
