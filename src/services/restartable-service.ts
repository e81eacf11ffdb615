import type { RunningService } from "./http/running-service.ts";

/**
 * @internal A service that can be ended and come back. As the contract has it, readers and the store are left by the end
 * of a service as by its death.
 */
export interface RestartableService {
  readonly url: string;
  /** Ends it; its readers lose their connection. */
  close(): Promise<void>;
  /** Ends it as SIGTERM does (contract, section 9): what it has begun may come to its end before, for a while. */
  drainAndClose(): Promise<void>;
  /** Starts it anew at the same address; to be called where it has been closed. */
  startAgain(): Promise<void>;
}

/** Starts a service on this port, 0 for any free one. */
export type StartOnPort = (port: number) => Promise<RunningService>;

/** Starts a service that can be ended and come back; `drainMs` is as the setting `stream.drain_ms`. */
export async function startRestartable(start: StartOnPort, drainMs: number): Promise<RestartableService> {
  let running: RunningService | undefined = await start(0);
  const { url, port } = running;
  const close = async (): Promise<void> => {
    const service = running;
    running = undefined;
    await service?.close();
  };
  return {
    url,
    close,
    async drainAndClose() {
      await running?.drain?.(drainMs);
      await close();
    },
    async startAgain() {
      running = await start(port);
    },
  };
}
