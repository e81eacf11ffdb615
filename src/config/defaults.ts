import { DEFAULTS } from "../contract/defaults.ts";
import type { Config } from "./schema.ts";

/** The settings of a stack that nobody configured. */
export const DEFAULT_CONFIG: Config = {
  hmi: { host: DEFAULTS.host, port: DEFAULTS.hmiPort },
  gateway: { host: DEFAULTS.host, port: DEFAULTS.gatewayPort },
  engine: { url: `http://${DEFAULTS.host}:${DEFAULTS.enginePort}`, api: "chat", token_delay_ms: 20 },
  chat: { model: DEFAULTS.model, agent: DEFAULTS.agentId },
  stream: {
    heartbeat_ms: DEFAULTS.heartbeatMs,
    orphan_grace_ms: DEFAULTS.orphanGraceMs,
    on_reader_gone: "finish",
    keep_finished_ms: DEFAULTS.keepFinishedMs,
    save_every_ms: DEFAULTS.saveEveryMs,
  },
  auth: { token: "" },
  http: { allowed_hosts: [], messages_per_minute: 0 },
  contract: {
    profile: "ours",
    lacks: {},
    endpoints: {},
    request_fields: {},
    answer_fields: {},
    event_fields: {},
  },
  store: { path: ".stack/chat.db" },
  state: { dir: ".stack" },
  log: { level: "info" },
};
