/** Runs programs as services: identity, ports, start, readiness, stop, logs. Knows no chat. */

export { adopt } from "./adopt.ts";
export { followDaemon } from "./daemon.ts";
export { describeOccupant } from "./describe-occupant.ts";
export { digestOf, digestOfJson } from "./digest.ts";
export { endOccupant } from "./end-occupant.ts";
export { inspectService, type ServiceState } from "./inspect.ts";
export { matchesJson } from "./json-pattern.ts";
export { type Exit, type Launch, launchService } from "./launch.ts";
export { type LockOptions, withLock } from "./lock.ts";
export { tailLog } from "./logs/tail.ts";
export { type Occupant, occupantOf } from "./occupant.ts";
export { describeProcess, identify, isSame } from "./os/identity.ts";
export { describeKeeper, findKeeperOf, type Keeper } from "./os/keepers.ts";
export { describe, describeListener, findListeners, type Listener } from "./os/ports.ts";
export { describeProbe, type ProbeResult, type ProbeTarget, probe } from "./probe.ts";
export { untilReady } from "./ready.ts";
export { listRecords, type RecordReading, readRecord, writeRecord } from "./record.ts";
export { RunLog } from "./run-log.ts";
export { startService } from "./start.ts";
export { prepareState, type ServiceFiles, type StateFolder, serviceFiles, stateFolder } from "./state.ts";
export { type StopResult, stopService } from "./stop.ts";
export type * from "./types.ts";
