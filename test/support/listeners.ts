import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { engineRoutes, gatewayRoutes, hmiRoutes } from "../../src/contract/routes.ts";
import { startInProcessStack } from "../../src/services/in-process-stack.ts";
import { ChangeNotifier } from "../../src/supervisor/daemon/change-notifier.ts";
import { ServiceStateStore } from "../../src/supervisor/daemon/service-state-store.ts";
import { serveMetrics } from "../../src/supervisor/daemon/supervisor-metrics.ts";
import { TAP_PATH } from "../../src/tap/recorded-exchange.ts";
import { startTap, type Tap, type TapOptions } from "../../src/tap/start-tap.ts";
import { temporaryState } from "../supervisor/helpers.ts";

/** Something of ours that listens, or a part of it with a guard of its own. */
export interface Listener {
  readonly name: string;
  /** Where in `src/` its server is made. */
  readonly source: string;
  readonly url: string;
  /** A path that may be read, without a change of anything. */
  readonly reads: string;
  /** A path that takes a POST, where there is one. */
  readonly changes?: string;
  /** Who may call: HMI and gateway alike, records that no page reads, an Ollama, a proxy before a service. */
  readonly kind: "service" | "record" | "ollama" | "proxy";
  /** True where the reading call asks for the token, if there is one. */
  readonly asksToken: boolean;
}

export interface Listeners {
  readonly all: readonly Listener[];
  readonly stack: { readonly hmi: string; readonly gateway: string; readonly engine: string };
  /** In front of the gateway: what has come through to it. */
  readonly tap: Tap;
}

/** One of every listener of ours, in this process, until the test ends. */
export async function startListeners({ token = "" } = {}): Promise<Listeners> {
  const stack = await startInProcessStack({ auth: { token } });
  onTestFinished(() => stack.close());
  const tapOf = async (upstream: string, options: Partial<TapOptions> = {}): Promise<Tap> => {
    const tap = await startTap({ upstream, token, ...options });
    onTestFinished(() => tap.close());
    return tap;
  };
  const tap = await tapOf(stack.gateway);
  const proofTap = await tapOf(stack.hmi, { callersJudgedBy: "upstream" });
  const hmi = { reads: hmiRoutes.sessions.path(), changes: hmiRoutes.newSession.path(), asksToken: true };
  const gateway = {
    reads: gatewayRoutes.models.path(),
    changes: gatewayRoutes.cancel.path({ session_id: 1 }),
    asksToken: true,
  };
  const record = { reads: TAP_PATH, kind: "record", source: "tap/start-tap.ts", asksToken: true } as const;
  const engine = { url: stack.engine, source: "services/stand-in-engine/engine-server.ts" };
  const all: Listener[] = [
    { name: "HMI", ...hmi, kind: "service", url: stack.hmi, source: "services/hmi/start-hmi.ts" },
    {
      name: "gateway",
      ...gateway,
      kind: "service",
      url: stack.gateway,
      source: "services/gateway/start-gateway.ts",
    },
    {
      name: "engine stand-in",
      ...engine,
      reads: engineRoutes.tags.path(),
      changes: engineRoutes.chat.path(),
      kind: "ollama",
      asksToken: false,
    },
    {
      name: "record of the stand-in",
      ...engine,
      reads: engineRoutes.generations.path(),
      kind: "record",
      asksToken: true,
    },
    { name: "tap", ...gateway, kind: "proxy", url: tap.url, source: "tap/start-tap.ts" },
    { name: "record of the tap", ...record, url: tap.url },
    // It lets the upstream judge, which here is a service of ours.
    { name: "tap of a proof", ...hmi, kind: "service", url: proofTap.url, source: "tap/start-tap.ts" },
    { name: "record of a proof's tap", ...record, url: proofTap.url },
    {
      name: "metrics of the supervisor",
      url: await metricsUrl(),
      source: "supervisor/daemon/supervisor-metrics.ts",
      reads: "/metrics",
      kind: "service",
      asksToken: false,
    },
  ];
  return { all, stack, tap };
}

async function metricsUrl(): Promise<string> {
  const state = temporaryState();
  const states = new ServiceStateStore(state, new ChangeNotifier(), "a digest", undefined, ["sample"]);
  const server = await serveMetrics({ host: "127.0.0.1", port: 0 }, states, state);
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
