/** Runs programs as services: identity, ports, start, readiness, stop, logs. Knows no chat. */

export { inspectService, type ServiceState } from "./inspect.ts";
export { type LockOptions, withLock } from "./lock.ts";
export { tailLog } from "./logs.ts";
export { describeProcess, identify, isSame } from "./os/identity.ts";
export { describeKeeper, findKeeperOf, type Keeper } from "./os/keepers.ts";
export { describe, describeListener, findListeners, type Listener } from "./os/ports.ts";
export { type ProbeResult, probe } from "./probe.ts";
export { type RecordReading, readRecord, writeRecord } from "./record.ts";
export { startService } from "./start.ts";
export { prepareState, type ServiceFiles, type StateFolder, serviceFiles, stateFolder } from "./state.ts";
export { type StopResult, stopService } from "./stop.ts";
export type * from "./types.ts";
export { type WatchOptions, watchServices } from "./watch.ts";
