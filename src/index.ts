/**
 * The public API.
 *
 * @example A chat stack of its own in a vitest test:
 *   await using stack = await startStack();
 *   const report = await verify({ suite: "model-conversation", target: stack });
 */
export { suites } from "./checks/suites.ts";
export { defineConfig, type StackConfig } from "./config/define-config.ts";
export { ErrorBody, Health, ModelList } from "./contract/common-schemas.ts";
export { DEFAULTS, LIMITS } from "./contract/contract-defaults.ts";
export { type EventId, formatEventId, parseEventId } from "./contract/event-id.ts";
export { StreamEvent } from "./contract/event-schemas.ts";
export { createNdjsonDecoder, encodeNdjson } from "./contract/ndjson.ts";
export { engineRoutes, gatewayRoutes, hmiRoutes, pageRoutes } from "./contract/routes.ts";
export { encodeEvent, parseEventData } from "./contract/sse.ts";
export { createSseDecoder } from "./contract/sse-decoder.ts";
export { findGrammarFault, type GrammarFault } from "./contract/stream-grammar.ts";
export { WireError } from "./contract/wire-error.ts";
export { type CheckContext, defineCheck, defineFault, defineReporter } from "./define.ts";
export { UserError } from "./errors/user-error.ts";
export type { Fault } from "./faults/fault.ts";
export {
  type Broken,
  type Check,
  type CollectContext,
  CouldNotRun,
  type Holds,
  type Suite,
  type TextPair,
  type Verdict,
} from "./harness/define-check.ts";
export type { LoadReport, LoadStep } from "./harness/load-report.ts";
export type { CheckResult, Outcome, RunEvent, RunReport } from "./harness/run-report.ts";
export type { FileReporter } from "./reporters/file-reporter.ts";
export type { RunningStack } from "./services/in-process-stack.ts";
export type { Overrides } from "./services/start-services.ts";
export { checkSource, type SourceCheckOptions } from "./source-check/check-source.ts";
export type { Finding, FindingKind, SourceReport } from "./source-check/source-report.ts";
export { type StackOptions, startStack } from "./start-stack.ts";
export type { Rewrite } from "./tap/tap-rewrite.ts";
export type { ChatClient } from "./targets/drivers/chat-client.ts";
export { type Driver, type DriverContext, defineDriver } from "./targets/drivers/define-driver.ts";
export type { HttpClient, SeenCall, SeenEvent, SeenStream } from "./targets/http-client.ts";
export type { Target, TargetUrls } from "./targets/open-target.ts";
export type { SeenEvidence, SeenGeneration } from "./targets/seen-evidence.ts";
export { type VerifyOptions, type VerifyReport, verify } from "./verify/verify-stack.ts";
