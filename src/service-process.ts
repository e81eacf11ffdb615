/**
 * One service as a process: `service-process.js engine|gateway|hmi`. It reads the configuration as
 * every command does, logs to its standard output, and stops whole on SIGTERM or Ctrl-C.
 */
import pino from "pino";
import { tapAddress } from "./config/addresses.ts";
import type { Config } from "./config/config-schema.ts";
import { FILE_VARIABLE } from "./config/environment-layer.ts";
import { loadConfig } from "./config/load-config.ts";
import { urlOf } from "./contract/address.ts";
import type { KeptDoctorReport } from "./contract/doctor-report.ts";
import { EXIT } from "./errors/exit-codes.ts";
import { messageOf, nodeErrorCode } from "./errors/thrown-error.ts";
import { UserError } from "./errors/user-error.ts";
import { MARK } from "./os/process-table.ts";
import type { RunningService } from "./services/http/running-service.ts";
import { returnMemoryWhenQuiet } from "./services/release-idle-memory.ts";

type Starter = (
  config: Config,
  logger: pino.Logger,
) => Promise<Pick<RunningService, "url" | "drain" | "close">>;

/** Each loads what it is made of, and nothing of the others. */
const STARTERS: Readonly<Record<string, Starter>> = {
  engine: async (config) => {
    const { startConfiguredStandIn } = await import("./services/configured-stand-in.ts");
    return await startConfiguredStandIn(config, process.env);
  },
  tap: async ({ engine, auth, http }) => {
    const { startTap } = await import("./tap/start-tap.ts");
    return await startTap({
      upstream: engine.url,
      ...tapAddress({ engine }),
      allowedHosts: http.allowed_hosts,
      token: auth.token,
    });
  },
  gateway: async (config, logger) => {
    const { openStore, startGatewayOn } = await import("./services/start-services.ts");
    const store = await openStore(config);
    const gateway = await startGatewayOn(config, store, { logger });
    return { ...gateway, close: () => gateway.close().finally(() => store.close()) };
  },
  hmi: async (config, logger) => {
    const { openStore, startHmiOn } = await import("./services/start-services.ts");
    const store = await openStore(config);
    const hmi = await startHmiOn(config, store, urlOf(config.gateway), { logger, lastDoctorReport });
    return { ...hmi, close: () => hmi.close().finally(() => store.close()) };
  },
};

/** It is in the state folder of the supervisor, where that has started this process. */
async function lastDoctorReport(): Promise<KeptDoctorReport | null> {
  const stateDir = process.env[MARK.stateDir];
  if (stateDir === undefined) return null;
  const { readLastReport } = await import("./doctor/read-last-report.ts");
  return readLastReport(stateDir);
}

async function run(name: string): Promise<void> {
  const start = STARTERS[name];
  if (start === undefined) {
    throw new UserError("bad_flag", `There is no service "${name}".`, {
      hint: `Services: ${Object.keys(STARTERS).join(", ")}.`,
    });
  }
  const config = await loadConfig({
    cwd: process.cwd(),
    env: process.env,
    file: process.env[FILE_VARIABLE],
  });
  const logger = await createLogger(name, config.log.level);
  const service = await start(config, logger).catch((error: unknown) => {
    throw isPortTaken(error) ? portTaken(name, error) : error;
  });
  returnMemoryWhenQuiet();
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (isStopping) return;
    isStopping = true;
    logger.info({ signal }, "stopping");
    const drained = service.drain?.(config.stream.drain_ms) ?? Promise.resolve();
    drained
      .then(() => service.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          logger.error({ err: error }, "could not stop cleanly");
          process.exit(1);
        },
      );
  };
  // Whoever takes a stop over asks again, and is in no hurry; who presses Ctrl-C twice is.
  process.on("SIGTERM", stop);
  process.once("SIGINT", stop);
  // Whoever reads this may stop it at once.
  logger.info({ url: service.url }, "ready");
}

function isPortTaken(error: unknown): error is Error {
  return nodeErrorCode(error) === "EADDRINUSE";
}

function portTaken(name: string, cause: Error): UserError {
  return new UserError("port_taken", `The ${name} cannot listen: ${cause.message}.`, {
    hint: "Stop the process that listens there, or set another port.",
    exitCode: EXIT.failed,
    cause,
  });
}

/** JSON lines for files and pipes, readable ones for a person at a terminal. */
async function createLogger(name: string, level: string): Promise<pino.Logger> {
  const options = { name, level };
  if (!process.stdout.isTTY) return pino(options, pino.destination({ sync: true }));
  const { default: pretty } = await import("pino-pretty");
  return pino(options, pretty({ sync: true }));
}

// Node's own words would begin with the line of the bundle where it happened, which is one of thousands of letters.
process.on("uncaughtException", (error) => {
  process.stderr.write(`${error.stack ?? error.message}\n`);
  process.exit(1);
});

run(process.argv[2] ?? "").catch((error: unknown) => {
  const hint = error instanceof UserError && error.hint !== undefined ? `\n${error.hint}` : "";
  process.stderr.write(`${messageOf(error)}${hint}\n`);
  process.exit(error instanceof UserError ? error.exitCode : 1);
});
