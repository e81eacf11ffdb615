import type { Role } from "../../config/service-config.ts";
import { SERVICE_TITLES } from "../../targets/service-titles.ts";
import type { Explanations } from "../climb-ladder.ts";
import { seconds } from "../text-helpers.ts";

/** What a backend lacks or says wrongly, seen at one endpoint. */
export interface MissingEndpointSymptoms {
  resume_missing: { status: number };
  cancel_missing: { service: "gateway" | "hmi"; call: string; status: number };
  cancel_refused: { call: string; status: number; said: string };
  engine_goes_on: { found: string };
  /** A cancel was answered, and its reply went on as if nothing had been said. */
  cancel_ignored: { service: Role; answered: string; found: string };
  page_cacheable: { path: string; cacheControl: string | undefined };
  script_cacheable: { scripts: readonly { path: string; cacheControl: string | undefined }[] };
  no_heartbeat: { silentMs: number; heartbeatMs: number };
}

export const missingEndpointExplanations: Explanations<MissingEndpointSymptoms> = {
  resume_missing: ({ status }) => ({
    found: `GET /chat/stream/{session_id} answers ${status}`,
    cause:
      "The gateway does not have it. The HMI falls back to its POST, so that replies come; but none is joined again after a reload or a restart.",
    next: "stack verify sse --grep gateway-join",
  }),
  cancel_missing: ({ service, call, status }) => ({
    found: `${call} answers ${status}`,
    cause: `The ${SERVICE_TITLES[service]} has no cancel: after a click on Cancel the engine works on, for nobody.`,
    next: `stack verify cancel --grep ${service === "gateway" ? "cancel/gateway" : "mid-reply"}`,
  }),
  cancel_refused: ({ call, status, said }) => ({
    found: `${call} answered ${status}: ${said}`,
    cause:
      "What takes a cancel fails: it does not find the reply that runs, or does not get through to what writes it.",
    next: `stack verify cancel`,
  }),
  engine_goes_on: ({ found }) => ({
    found: `after a cancel the engine works on: ${found}`,
    cause: "The cancel ends the stream, and not the request to the engine: that must be aborted.",
    next: `stack verify cancel --grep mid-reply`,
  }),
  cancel_ignored: ({ service, answered, found }) => ({
    found: `a cancel changes nothing: ${answered}, and the reply went on, ${found}`,
    cause: `What takes a cancel at the ${SERVICE_TITLES[service]} ends neither the stream nor the request to the engine: it does not find the reply that runs, or nobody heeds it. Or another call is the one that cancels (contract.wire.cancel).`,
    next: `stack verify cancel --grep mid-reply`,
  }),
  page_cacheable: ({ path, cacheControl }) => ({
    found: `browsers may keep the page ${path}: ${headerWords(cacheControl)}`,
    cause: "A changed page is seen only after a hard reload. It needs Cache-Control: no-store.",
    next: `stack verify http --grep http/pages`,
  }),
  script_cacheable: ({ scripts }) => ({
    found: `browsers keep ${scripts.map(({ path, cacheControl }) => `${path} (${headerWords(cacheControl)})`).join(" and ")}, whose name does not change with its content`,
    cause:
      "Old scripts run after a change, until a hard reload. The name needs a hash of the content, or the answer Cache-Control: no-cache.",
    next: `stack verify http --grep http/assets`,
  }),
  no_heartbeat: ({ silentMs, heartbeatMs }) => ({
    found: `a stream was silent for ${seconds(silentMs)} without a heartbeat`,
    cause: `While the engine is silent, a comment must come every ${seconds(heartbeatMs)}; without, proxies close the stream.`,
    next: `stack verify sse --grep heartbeat`,
  }),
};

function headerWords(cacheControl: string | undefined): string {
  return cacheControl === undefined ? "no Cache-Control" : `Cache-Control: ${cacheControl}`;
}
