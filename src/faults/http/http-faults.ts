import type { Fault } from "../fault.ts";
import { badFieldsUnnamed } from "./bad-fields-unnamed.ts";
import { badInputAsInternal } from "./bad-input-as-internal.ts";
import { corsOpen } from "./cors-open.ts";
import { cspWithUnsafeInline } from "./csp-with-unsafe-inline.ts";
import { errorWithoutBody } from "./error-without-body.ts";
import { headRunsGet } from "./head-runs-get.ts";
import { hostUnchecked } from "./host-unchecked.ts";
import { lastMessageUnchecked } from "./last-message-unchecked.ts";
import { methodWithoutAllow } from "./method-without-allow.ts";
import { originUnchecked } from "./origin-unchecked.ts";
import { originUncheckedForGet } from "./origin-unchecked-for-get.ts";
import { pageCacheable } from "./page-cacheable.ts";
import { scriptNameFixed } from "./script-name-fixed.ts";
import { secondHostIgnored } from "./second-host-ignored.ts";
import { stackTraceInError } from "./stack-trace-in-error.ts";
import { toolsDropped } from "./tools-dropped.ts";
import { unknownFieldDropped } from "./unknown-field-dropped.ts";

/** The bugs that the suite `http` must catch, in the order in which they are told. */
export const httpFaults: readonly Fault[] = [
  errorWithoutBody,
  badInputAsInternal,
  badFieldsUnnamed,
  stackTraceInError,
  methodWithoutAllow,
  pageCacheable,
  scriptNameFixed,
  cspWithUnsafeInline,
  hostUnchecked,
  originUnchecked,
  originUncheckedForGet,
  secondHostIgnored,
  corsOpen,
  headRunsGet,
  lastMessageUnchecked,
  toolsDropped,
  unknownFieldDropped,
];
