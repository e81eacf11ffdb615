import { DEFAULTS } from "../contract/contract-defaults.ts";
import type { Config, Settings } from "./config-schema.ts";
import type { Services } from "./service-config.ts";

/** The settings of a stack that nobody configured. */
export const DEFAULT_SETTINGS: Settings = {
  hmi: { host: DEFAULTS.host, port: DEFAULTS.hmiPort },
  gateway: { host: DEFAULTS.host, port: DEFAULTS.gatewayPort },
  engine: {
    url: `http://${DEFAULTS.host}:${DEFAULTS.enginePort}`,
    api: "chat",
    api_key: "",
    max_concurrent: 0,
    token_delay_ms: 20,
    tap_port: 0,
  },
  chat: { model: DEFAULTS.model, agent: DEFAULTS.agentId, think: "default", keep_alive: "" },
  stream: {
    heartbeat_ms: DEFAULTS.heartbeatMs,
    orphan_grace_ms: DEFAULTS.orphanGraceMs,
    on_reader_gone: "finish",
    keep_finished_ms: DEFAULTS.keepFinishedMs,
    keep_finished_bytes: DEFAULTS.keepFinishedBytes,
    max_reply_chars: DEFAULTS.maxReplyChars,
    max_reply_ms: DEFAULTS.maxReplyMs,
    stalled_reader_ms: DEFAULTS.stalledReaderMs,
    drain_ms: 0,
    save_every_ms: DEFAULTS.saveEveryMs,
  },
  auth: { token: "", users: {}, user_header: "", trusted_proxies: [] },
  http: { allowed_hosts: [], messages_per_minute: 0 },
  contract: {
    driver: "ours",
    wire: {},
    lacks: {},
    endpoints: {},
    request_fields: {},
    answer_fields: {},
    event_fields: {},
    store: "",
    store_names: {},
  },
  monitor: { webhook_url: "", metrics_host: DEFAULTS.host, metrics_port: 0 },
  store: { path: ".stack/chat.db", url: "", synchronous: "full" },
  replicas: { advertise_host: "", gateway_urls: [] },
  state: { dir: ".stack" },
  log: { level: "info" },
};

/** What runs where a file names no services: ours, each after what it needs. */
const DEFAULT_SERVICES: Services = {
  engine: { embedded: "engine", depends_on: [] },
  gateway: { embedded: "gateway", depends_on: ["engine"] },
  hmi: { embedded: "hmi", depends_on: ["gateway"] },
};

/** A stack that nobody configured. */
export const DEFAULT_CONFIG: Config = { ...DEFAULT_SETTINGS, services: DEFAULT_SERVICES };
