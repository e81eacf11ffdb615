import { debuglog } from "node:util";
import { Command, Errors, Flags } from "@oclif/core";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { EXIT, messageOf, UserError } from "../errors.ts";
import { createScreen, type Screen } from "./screen.ts";

/** What all commands share: the configuration, a screen, and how errors are told. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;

  static override baseFlags = {
    config: Flags.string({
      description: "The configuration file. Default: the nearest stack.config.yaml or .json upwards.",
      helpValue: "FILE",
      helpGroup: "GLOBAL",
    }),
  };

  /** For people; silent under `--json`, where standard output is the result alone. */
  protected get screen(): Screen {
    return this.jsonEnabled() ? createScreen(process.stderr) : createScreen(process.stdout);
  }

  protected async loadConfig(file: string | undefined): Promise<Config> {
    return await loadConfig({ cwd: process.cwd(), env: process.env, file });
  }

  /** A signal that Ctrl-C or SIGTERM aborts; a second Ctrl-C ends the process at once. */
  protected interruptSignal(): AbortSignal {
    const controller = new AbortController();
    for (const name of ["SIGINT", "SIGTERM"] as const) {
      process.once(name, () =>
        controller.abort(new UserError("busy", "Interrupted.", { exitCode: EXIT.interrupted })),
      );
    }
    return controller.signal;
  }

  /** Tells an error by who must act: the user's with its hint; one of ours with where to report it. */
  protected override async catch(error: Error): Promise<void> {
    const { code, message, hint, exitCode } = explain(error);
    process.exitCode = exitCode;
    if (this.jsonEnabled()) {
      this.logJson({ error: { code, message, ...(hint === undefined ? {} : { hint }) } });
      return;
    }
    const screen = createScreen(process.stderr);
    screen.line(`${screen.paint("bad", "✗")} ${message}`, 2);
    if (hint !== undefined) screen.line(`  ${hint}`, 2);
  }
}

interface Explanation {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly exitCode: number;
}

/** The stack of every error, for whoever works on `stack` itself: NODE_DEBUG=stack. */
const debug = debuglog("stack");

function explain(error: Error): Explanation {
  debug("%s", error.stack);
  if (error instanceof UserError) return error;
  // oclif's own errors are about flags and arguments.
  if (error instanceof Errors.CLIError) {
    const [message = ""] = error.message.split("\nSee more help");
    return { code: "bad_flag", message, hint: "Add --help for what there is.", exitCode: EXIT.unusable };
  }
  return {
    code: "internal_error",
    message: `stack itself failed: ${messageOf(error)}`,
    hint: "This is a bug in stack. Please report it with the command that you typed. NODE_DEBUG=stack shows more.",
    exitCode: EXIT.failed,
  };
}
