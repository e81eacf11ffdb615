import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { hostInUrl } from "../contract/address.ts";
import { DEFAULTS } from "../contract/contract-defaults.ts";
import { WireError } from "../contract/wire-error.ts";
import { createGuardedServer, deedOf, sendWireError } from "../http-guard/guarded-server.ts";
import { JUDGED_BY_UPSTREAM, localCallersOnly } from "../http-guard/host-and-origin-policies.ts";
import { type RecordAccess, recordGuard } from "../http-guard/record-guard.ts";
import { ExchangeRecorder } from "./exchange-recorder.ts";
import { type RecordedExchange, TAP_FOLDER, TAP_PATH } from "./recorded-exchange.ts";
import { createRecordingProxy } from "./recording-proxy.ts";
import { upstreamTarget } from "./request-target.ts";
import type { Rewrite } from "./tap-rewrite.ts";

/** With who may read its record; the host is 127.0.0.1 where it is left out. */
export interface TapOptions extends Partial<RecordAccess> {
  /** Where everything is passed on to: an `http://` URL, whose path goes before each one that is asked for. */
  readonly upstream: string;
  /** 0, which is the default, for any free one. */
  readonly port?: number;
  /**
   * Who refuses callers by `Host` and `Origin`: the tap, which is the default, and the upstream after it; or the
   * upstream alone, where the tap is there to see whether it does. The tap's own record is guarded either way.
   */
  readonly callersJudgedBy?: "tap" | "upstream";
  /** What goes wrong on purpose. */
  readonly rewrite?: Rewrite | undefined;
  /** Told of each exchange when it has ended, in whatever way. */
  readonly onEnded?: (exchange: RecordedExchange) => void;
}

/** A proxy that changes nothing, unless it is told to, and writes down everything. */
export interface Tap {
  readonly url: string;
  /** What has passed since the exchange of that number, oldest first. */
  exchangesAfter(id: number): readonly RecordedExchange[];
  close(): Promise<void>;
}

/** What a tap has seen, as it tells it itself. */
export interface TapRecord {
  /** When the tap began, as `Date.now()` tells it: all other times count from then. */
  readonly began_at: number;
  /** The number of the newest exchange, whichever are told; 0 before the first. Absent from a tap of an older version. */
  readonly last_id?: number;
  readonly exchanges: readonly RecordedExchange[];
}

/**
 * Starts a tap in front of a service. Bodies stream through as they come, a disconnect on one side is passed on to the
 * other, and no time is lost but the copying.
 */
export async function startTap(options: TapOptions): Promise<Tap> {
  const { host = DEFAULTS.host, allowedHosts, callersJudgedBy = "tap", rewrite = {} } = options;
  const recorder = new ExchangeRecorder(options.onEnded);
  const proxy = createRecordingProxy(options.upstream, rewrite, recorder);
  const names = { host, allowedHosts };
  const record = recordGuard({ ...names, token: options.token });
  const passed = { policy: callersJudgedBy === "upstream" ? JUDGED_BY_UPSTREAM : localCallersOnly(names) };
  const server = createGuardedServer({
    guard: (incoming) => ({ ...(isForTap(incoming) ? record : passed), deed: deedOf(incoming) }),
    answer(incoming, outgoing) {
      if (isForTap(incoming)) sendRecord(recorder, incoming, outgoing);
      else proxy.pass(incoming, outgoing);
    },
    openWebSocket: proxy.passWebSocket,
  });
  // A model may load for minutes before the first byte: the two ends have their own deadlines.
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.listen(options.port ?? 0, host);
  await new Promise((resolve, reject) => server.once("listening", resolve).once("error", reject));
  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${hostInUrl(address)}:${port}`,
    exchangesAfter: (id) => recorder.after(id),
    close: () =>
      new Promise((resolve) => {
        recorder.close();
        server.close(() => resolve());
        server.closeAllConnections();
        proxy.close();
      }),
  };
}

/** Whether the tap answers for itself, whatever stands behind it. */
function isForTap({ url = "" }: IncomingMessage): boolean {
  return (upstreamTarget(url, "") ?? "").startsWith(TAP_FOLDER);
}

function sendRecord(recorder: ExchangeRecorder, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const [path, query] = (upstreamTarget(incoming.url ?? "", "") ?? "").split("?", 2);
  const after = Number(new URLSearchParams(query).get("after") ?? 0);
  if (path !== TAP_PATH || incoming.method !== "GET") {
    sendWireError(new WireError("not_found", `Of a tap's own there is only GET ${TAP_PATH}.`), outgoing);
  } else if (Number.isNaN(after)) {
    sendWireError(new WireError("bad_request", "after: must be the number of an exchange."), outgoing);
  } else {
    outgoing.setHeader("content-type", "application/json; charset=utf-8");
    const record: TapRecord = {
      began_at: recorder.beganAt,
      last_id: recorder.lastId,
      exchanges: recorder.after(after),
    };
    outgoing.end(JSON.stringify(record));
  }
}
