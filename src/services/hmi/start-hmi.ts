import { urlOf } from "../../contract/address.ts";
import type { Health } from "../../contract/common-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { listAgents } from "../conversations/agents.ts";
import type { ConversationStore } from "../conversations/conversation-store.ts";
import type { EngineSettings } from "../conversations/engine-settings.ts";
import { limitsFrom } from "../conversations/model-limits.ts";
import { endpoint } from "../http/define-endpoint.ts";
import { Draining } from "../http/draining.ts";
import { createServer, listen, type ServerOptions } from "../http/http-server.ts";
import { limitMessages } from "../http/rate-limit.ts";
import { type RunningService, reportHealth } from "../http/report-health.ts";
import { advertisedUrl } from "../replicas/advertised-url.ts";
import { CallPasser } from "../replicas/forward-call.ts";
import { NO_OTHER_REPLICAS, type ReplicaBus } from "../replicas/replica-bus.ts";
import type { FinishedLogsSettings } from "../stream/retain-finished-logs.ts";
import type { ReaderSettings } from "../stream/send-event-stream.ts";
import { serveChat } from "./chat-endpoints.ts";
import { Chat } from "./chat-service.ts";
import { serveChatTransfer } from "./chat-transfer-endpoints.ts";
import { serveEvents } from "./event-endpoints.ts";
import { CallsAtOwner } from "./forward-calls-to-owner.ts";
import type { GatewayClient } from "./gateway-client.ts";
import { serveImages } from "./image-endpoints.ts";
import { probeDependencies } from "./probe-dependencies.ts";
import { serveProfiles } from "./profile-endpoints.ts";
import { serveSearch } from "./search-endpoint.ts";
import { servePages } from "./serve-pages.ts";
import { serveSessions } from "./session-endpoints.ts";
import { SharedUserEvents } from "./shared-user-events.ts";
import { UserEvents } from "./user-events.ts";

export interface HmiOptions extends ServerOptions, ReaderSettings, FinishedLogsSettings {
  /** 0 for any free one. */
  port: number;
  gateway: GatewayClient;
  /** Where the gateway is, for the health report. */
  gatewayUrl: string;
  store: ConversationStore;
  /** The agent of a conversation that is started without one. */
  defaultAgent: string;
  /** How models are to answer where neither message nor profile says it. */
  engineSettings: EngineSettings;
  /** Longest time that a reply is written, in milliseconds; 0: no limit. */
  maxReplyMs: number;
  /** A growing reply is written to disk at least this often, in milliseconds. */
  saveEveryMs: number;
  /** What becomes of a reply that nobody reads any more: written to its end, or cancelled after the grace. */
  onReaderGone: "finish" | "cancel";
  /** How long such a reply waits for a reader, in milliseconds. */
  orphanGraceMs: number;
  /** The folder of the built browser code. */
  webFolder: string;
  version: string;
  /** The host by which other copies of it reach it; empty, or left out: see `advertisedHost`. */
  advertiseHost?: string | undefined;
  /** What copies of it tell each other; left out where it has none. */
  bus?: ReplicaBus | undefined;
  /** How often it looks for replies that other copies have left, in milliseconds; 0, or left out: only where there may be some. */
  lookForLeftEveryMs?: number | undefined;
  /** Messages that one person, or where nobody has a name one client address, may send in a minute; 0, or left out: as many as it likes. */
  messagesPerMinute?: number;
}

/** The HMI (contract, section 3): conversations, their streams, and the chat page. */
export async function startHmi(options: HmiOptions): Promise<RunningService> {
  const { store, gateway } = options;
  const { bus = NO_OTHER_REPLICAS, lookForLeftEveryMs = 0 } = options;
  const passer = new CallPasser();
  const app = createServer({ ...options, isOwnKey: (key) => store.replies.isOwnKey(key) });
  await limitMessages(app, options.messagesPerMinute ?? 0, options);
  const draining = new Draining(app);
  const userEvents = new UserEvents();
  const sessionOf = (user: string, sessionId: string) => store.as(user).conversations.get(sessionId);
  const events = new SharedUserEvents({ events: userEvents, bus, sessionOf });
  const chat = new Chat({
    ...options,
    lookForLeftEveryMs,
    events,
    draining,
    limitsOf: limitsFrom(() => gateway.models()),
    defaults: options.engineSettings,
    log: app.log,
    onError: (err, what) => app.log.error({ err }, `failed: ${what}`),
    onTakenOver: (rejoined) => app.log.warn({ rejoined }, "replies of a stopped HMI are taken up again"),
  });

  endpoint(
    app,
    hmiRoutes.health,
    {},
    async (): Promise<Health> =>
      reportHealth(app, {
        service: "hmi",
        version: options.version,
        activeStreams: chat.activeCount,
        dependencies: await probeDependencies({ ...options, chat }),
      }),
  );
  endpoint(app, hmiRoutes.live, {}, () => ({ status: "ok" }));
  endpoint(app, hmiRoutes.ready, {}, async () => {
    draining.refuse();
    await store.probe();
    return { status: "ok" };
  });
  endpoint(app, hmiRoutes.models, {}, () => gateway.models());
  endpoint(app, hmiRoutes.agents, {}, () => ({
    status: "ok",
    agents: listAgents(),
    default: options.defaultAgent,
  }));
  const { owners } = chat;
  const cancelHere = chat.cancelForOther.bind(chat);
  const atOwner = new CallsAtOwner({ owners, passer, bus, cancelHere });
  serveChat(app, { chat, store, atOwner, readers: options });
  serveSessions(app, { chat, store, events, atOwner, defaultAgent: options.defaultAgent });
  serveImages(app, store);
  serveChatTransfer(app, { store, events, defaultAgent: options.defaultAgent });
  serveSearch(app, store);
  serveEvents(app, userEvents, options);
  serveProfiles(app, store);
  servePages(app, { webFolder: options.webFolder, store, isGuarded: Boolean(options.token) });

  const port = await listen(app, options.host, options.port);
  const url = urlOf({ host: options.host, port });
  store.replies.announce(advertisedUrl({ host: options.host, port }, options.advertiseHost));
  // Only whoever owns the port may judge that a streaming row has no writer any more.
  await chat.resume();
  return {
    url,
    port,
    // Those that go on longer are left to another copy when it stops.
    drain: (ms) => draining.drain(ms, () => chat.activeCount === 0),
    close: async () => {
      userEvents.close();
      await chat.close();
      await app.close();
      await store.replies.release();
      await Promise.all([passer.close(), bus.close()]);
      await gateway.close();
    },
  };
}
