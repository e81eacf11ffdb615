import type { Config } from "../config/config-schema.ts";
import { replicaNumbers } from "../config/replicas.ts";
import { EXIT } from "../errors/exit-codes.ts";
import { UserError } from "../errors/user-error.ts";
import { askDefaultModel, type DefaultModelReport } from "../launch/ask-default-model.ts";
import { bringUp } from "../launch/bring-up.ts";
import { chatPage } from "../launch/chat-page.ts";
import type { UpStep } from "../launch/up-step-reporter.ts";
import { paint, styled } from "../text/styled-text.ts";
import { confirm } from "./confirm-with-person.ts";
import { watchInterrupts } from "./interrupts.ts";
import type { Screen } from "./screen.ts";
import { isBad, retryLine, stackAdvice, stepLines } from "./up-lines.ts";

/** What `stack up` did, as `--json` prints it. */
export interface UpResultShown {
  readonly services: readonly UpStep[];
  /** Which model answers where nobody chose one; null where no gateway tells. */
  readonly model: DefaultModelReport | null;
  readonly warnings: readonly string[];
}

/** What was asked of `stack up`. */
export interface UpWishes {
  /** Services; all where there are none. */
  readonly names: readonly string[];
  readonly adopt: readonly string[];
  readonly replace: readonly string[];
  /** Whether nobody is asked before a process is replaced. */
  readonly isConfirmed: boolean;
  readonly timeoutSeconds?: number | undefined;
  /** False: they are asked for, and not waited for. */
  readonly wait: boolean;
  /** False: their logs are shown until Ctrl-C, which stops them. */
  readonly isDetached: boolean;
}

/** Brings services up, and tells how. Sets the exit code where one does not work. Throws what `bringUp` does. */
export async function showUp(config: Config, wishes: UpWishes, screen: Screen): Promise<UpResultShown> {
  const { names, adopt, replace, timeoutSeconds, wait } = wishes;
  const { first: signal, second: hurry } = watchInterrupts({ isHangupHeeded: true });
  let model: ReturnType<typeof askDefaultModel> | undefined;
  const { steps, started, pending, warnings } = await bringUp({
    config,
    env: process.env,
    ...{ names, adopt, replace, wait, hurry },
    confirm: (question) => (wishes.isConfirmed ? Promise.resolve(true) : confirm(screen, question)),
    signal: timeoutSeconds === undefined ? signal : AbortSignal.any([signal, timeoutSignal(timeoutSeconds)]),
    onStep: (step) => {
      // While the others start.
      if (step.name === "gateway" && !isBad(step.state)) model = askDefaultModel(config);
      for (const line of stepLines(step)) screen.line(line, 12);
    },
    onRetry: (name, report) => screen.line(retryLine(name, report), 12),
    onProgress: (text) => screen.progress(`  ${text} …`),
  });
  screen.line();
  const facts = {
    model: (await model) ?? null,
    chatPage: await chatPageOf(steps, config),
    pageReplicas: replicaNumbers(config.services["hmi"]).length,
    engineApi: config.engine.api,
  };
  for (const line of stackAdvice(steps, facts)) screen.line(`  ${line}`, 2);
  for (const line of warnings) screen.line(styled`  ${paint("warn", "!")} ${line}`, 4);
  const isWhole = !steps.some(({ state }) => isBad(state));
  if (!isWhole) process.exitCode = EXIT.failed;
  if (pending.length > 0) {
    const names = pending.join(", ");
    screen.line(`  Being started: ${names}. \`stack status\` shows how far, \`stack down\` stops it.`, 2);
  } else if (started.length === 0) {
    if (isWhole) screen.line("  Everything was running already.");
  } else if (steps.every(({ name, state }) => state === "done" || !started.includes(name))) {
    screen.line("  Done: nothing of it goes on.");
  } else if (!wishes.isDetached) {
    const { stayInForeground } = await import("./stay-in-foreground.ts");
    await stayInForeground(started, config, { screen, signal, hurry });
  } else screen.line("  `stack down` stops it.");
  return { services: steps, model: facts.model, warnings };
}

/** Null where there is no HMI, or none that works yet. */
async function chatPageOf(steps: readonly UpStep[], config: Config): Promise<string | null> {
  const hmi = steps.find(({ name }) => name === "hmi");
  return hmi === undefined || isBad(hmi.state) ? null : await chatPage(hmi, config);
}

function timeoutSignal(seconds: number): AbortSignal {
  const controller = new AbortController();
  const giveUp = (): void =>
    controller.abort(
      new UserError("start_failed", `The services were not ready within ${seconds} s (--timeout).`, {
        hint: "`stack logs` shows what the services said.",
        exitCode: EXIT.failed,
      }),
    );
  setTimeout(giveUp, seconds * 1000).unref();
  return controller.signal;
}
