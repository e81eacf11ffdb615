import type { Suite } from "../../harness/define-check.ts";
import type { Target } from "../../targets/open-target.ts";
import { badFields } from "./bad-fields.ts";
import { assets } from "./http-assets.ts";
import { errorBody } from "./http-error-body.ts";
import { errorStatus } from "./http-error-status.ts";
import { harmless } from "./http-harmless.ts";
import { host } from "./http-host.ts";
import { methods } from "./http-methods.ts";
import { origin } from "./http-origin.ts";
import { pages } from "./http-pages.ts";
import { tools } from "./http-tools.ts";
import { lastMessage } from "./last-message.ts";
import { noInternals } from "./no-internals.ts";
import { oneHost } from "./one-host.ts";
import { pageSecurity } from "./page-security.ts";
import { unknownFields } from "./unknown-fields.ts";

/** The suite `http`, its checks in the order in which they are told. */
export const httpSuite: Suite<Target> = {
  name: "http",
  title: "What every call gets: errors, caching, and who may call (contract, sections 3, 5 and 7).",
  checks: [
    errorBody,
    errorStatus,
    badFields,
    unknownFields,
    tools,
    lastMessage,
    noInternals,
    methods,
    pages,
    assets,
    pageSecurity,
    host,
    oneHost,
    origin,
    harmless,
  ],
};
