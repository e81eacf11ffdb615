import { expect, test } from "vitest";
import { startService } from "../../src/supervisor/start.ts";
import type { ServiceRecord } from "../../src/supervisor/types.ts";
import { watchServices } from "../../src/supervisor/watch.ts";
import { fixtureService, temporaryState } from "./helpers.ts";

test("a service that has gone is told once, and the watch ends with the last one", async () => {
  const state = temporaryState();
  const record = await startService(await fixtureService("serves-health", state), state);
  const gone: ServiceRecord[] = [];
  const { signal } = new AbortController();
  const watch = watchServices([record], { signal, onExit: (one) => void gone.push(one) });
  process.kill(record.pid, "SIGKILL");
  await watch;
  expect(gone).toEqual([record]);
});

test("an abort ends the watch, not the service", async () => {
  const state = temporaryState();
  const record = await startService(await fixtureService("serves-health", state), state);
  const gone: ServiceRecord[] = [];
  await watchServices([record], { signal: AbortSignal.timeout(50), onExit: (one) => void gone.push(one) });
  expect(gone).toEqual([]);
});
