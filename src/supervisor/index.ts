/** Runs programs as services: identity, ports, start, readiness, stop, logs. Knows no chat. */
export { describeProcess, identify, isSame } from "./identity.ts";
export { inspectService, type ServiceState } from "./inspect.ts";
export { describeKeeper, findKeeperOf, type Keeper } from "./keepers.ts";
export { type LockOptions, withLock } from "./lock.ts";
export { tailLog } from "./logs.ts";
export { describe, describeListener, findListeners, type Listener } from "./ports.ts";
export { type ProbeResult, probe } from "./probe.ts";
export { type RecordReading, readRecord, writeRecord } from "./record.ts";
export { startService } from "./start.ts";
export { prepareState, type ServiceFiles, type StateFolder, serviceFiles, stateFolder } from "./state.ts";
export { type StopResult, stopService } from "./stop.ts";
export type * from "./types.ts";
export { type WatchOptions, watchServices } from "./watch.ts";
