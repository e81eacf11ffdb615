import type { StreamSettings } from "../../config/config-schema.ts";
import { urlOf } from "../../contract/address.ts";
import type { Health } from "../../contract/common-schemas.ts";
import type { KeptDoctorReport } from "../../contract/doctor-report.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { listAgents } from "../conversations/agents.ts";
import type { ConversationStore } from "../conversations/conversation-store.ts";
import { limitsFrom } from "../conversations/model-limits.ts";
import type { ThinkAndKeepAlive } from "../conversations/think-and-keep-alive.ts";
import { endpoint } from "../http/define-endpoint.ts";
import { Draining } from "../http/draining.ts";
import { createServer, type ListenerOptions, listen } from "../http/http-server.ts";
import { limitMessages } from "../http/rate-limit.ts";
import { reportHealth } from "../http/report-health.ts";
import type { RunningService } from "../http/running-service.ts";
import { advertisedUrl } from "../replicas/advertised-url.ts";
import { NO_OTHER_REPLICAS, type ReplicaBus } from "../replicas/replica-bus.ts";
import { CallForwarder } from "../replicas/replica-call-forwarder.ts";
import { CallsAtReplyOwner } from "./calls-at-reply-owner.ts";
import { serveChat } from "./chat-endpoints.ts";
import { serveChatImportExport } from "./chat-import-export-endpoints.ts";
import { ChatService } from "./chat-service.ts";
import { serveDoctor } from "./doctor-endpoint.ts";
import { serveEvents } from "./event-endpoints.ts";
import type { GatewayClient } from "./gateway-client.ts";
import { serveImages } from "./image-endpoints.ts";
import { probeDependencies } from "./probe-dependencies.ts";
import { serveProfiles } from "./profile-endpoints.ts";
import { serveSearch } from "./search-endpoint.ts";
import { servePages } from "./serve-pages.ts";
import { serveSessions } from "./session-endpoints.ts";
import { SharedUserEvents } from "./shared-user-events.ts";
import { UserEvents } from "./user-events.ts";

export interface HmiOptions {
  readonly server: ListenerOptions;
  readonly stream: StreamSettings;
  readonly gateway: GatewayClient;
  /** Where the gateway is, for the health report. */
  readonly gatewayUrl: string;
  readonly store: ConversationStore;
  /** The setting `chat.agent`. */
  readonly defaultAgent: string;
  /** How models are to answer where neither message nor profile says it. */
  readonly engineSettings: ThinkAndKeepAlive;
  /** The folder of the built browser code. */
  readonly webFolder: string;
  readonly version: string;
  /** What copies of it tell each other; left out where it has none. */
  readonly bus?: ReplicaBus | undefined;
  /** See `LeftReplies`. */
  readonly lookForLeftRepliesEveryMs: number;
  /** See `SummarySettings`. */
  readonly summaryQuietMs: number;
  /** The setting `http.messages_per_minute`. */
  readonly messagesPerMinute: number;
  /** What `stack doctor` found the last time; null, or left out, where nobody knows. */
  readonly lastDoctorReport?: (() => Promise<KeptDoctorReport | null>) | undefined;
}

/** The HMI (contract, section 3): conversations, their streams, and the chat page. */
export async function startHmi(options: HmiOptions): Promise<RunningService> {
  const { server, stream, store, gateway, gatewayUrl, defaultAgent, bus = NO_OTHER_REPLICAS } = options;
  const passer = new CallForwarder();
  const app = createServer({ ...server, isOwnKey: (key) => store.replies.isOwnKey(key) });
  await limitMessages(app, options.messagesPerMinute, server);
  const draining = new Draining(app);
  const userEvents = new UserEvents();
  const sessionOf = (user: string, sessionId: string) => store.as(user).conversations.get(sessionId);
  const events = new SharedUserEvents({ events: userEvents, bus, sessionOf });
  const chat = new ChatService({
    stream,
    store,
    gateway,
    lookForLeftRepliesEveryMs: options.lookForLeftRepliesEveryMs,
    summaryQuietMs: options.summaryQuietMs,
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
        dependencies: await probeDependencies({ gateway, gatewayUrl, store, chat }),
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
    default: defaultAgent,
  }));
  const { owners } = chat;
  const cancelHere = chat.cancelForOther.bind(chat);
  const atOwner = new CallsAtReplyOwner({ owners, passer, bus, cancelHere });
  serveChat(app, { chat, store, atOwner, readers: stream });
  serveSessions(app, { chat, store, events, atOwner, defaultAgent });
  serveImages(app, store);
  serveChatImportExport(app, { store, events, defaultAgent });
  serveSearch(app, store);
  serveEvents(app, userEvents, stream);
  serveProfiles(app, store);
  serveDoctor(app, options.lastDoctorReport);
  servePages(app, { webFolder: options.webFolder, store, isGuarded: Boolean(server.token) });

  const { host } = server;
  const port = await listen(app, host, server.port);
  store.replies.announce(advertisedUrl({ host, port }, server.advertiseHost));
  // Only whoever owns the port may judge that a streaming row has no writer any more.
  await chat.resume();
  return {
    url: urlOf({ host, port }),
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
