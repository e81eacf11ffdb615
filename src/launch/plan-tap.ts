import { tapAddress } from "../config/addresses.ts";
import type { Config } from "../config/config-schema.ts";
import { bearerHeader } from "../contract/caller-headers.ts";
import type { ServiceSpec } from "../supervisor/service-spec.ts";
import { TAP_PATH } from "../tap/recorded-exchange.ts";
import type { PlannedService } from "./planned-service.ts";
import { embeddedCommand, PROBE_TIMEOUT_MS } from "./service-specs.ts";

/** The name of the service that stands in front of the engine. */
const TAP = "tap";

/** The services with a tap between gateway and engine, where `engine.tap_port` asks for one. */
export function withTap(planned: readonly PlannedService[], config: Config): PlannedService[] {
  if (config.engine.tap_port === 0) return [...planned];
  const dependsOn = planned.some(({ name }) => name === "engine") ? ["engine"] : [];
  const tap: PlannedService = {
    name: TAP,
    service: TAP,
    kind: "embedded",
    isExternal: false,
    spec: { ...tapSpec(config), dependsOn },
  };
  const behindTap = planned.map((service) =>
    service.service === "gateway"
      ? { ...service, spec: { ...service.spec, dependsOn: [...(service.spec.dependsOn ?? []), TAP] } }
      : service,
  );
  return [...behindTap, tap];
}

/** The recording proxy in front of the engine. */
export function tapSpec(config: Config): ServiceSpec {
  return {
    name: TAP,
    command: embeddedCommand(TAP, config),
    address: tapAddress(config),
    // Asked of the tap itself: it is ready whatever the engine is.
    ready: {
      kind: "http",
      path: `${TAP_PATH}?after=${Number.MAX_SAFE_INTEGER}`,
      headers: bearerHeader(config.auth.token),
      status: 200,
      timeoutMs: PROBE_TIMEOUT_MS,
    },
    labels: { kind: "embedded" },
  };
}
