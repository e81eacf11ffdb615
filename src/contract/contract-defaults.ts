/**
 * Figures of the contract, each in this one place. Times are milliseconds, sizes are bytes unless named otherwise. What each
 * decides is said of the setting that it is the default of: `heartbeatMs` is that of `stream.heartbeat_ms` (docs/reference.md).
 */
export const DEFAULTS = {
  host: "127.0.0.1",
  hmiPort: 6101,
  gatewayPort: 6120,
  enginePort: 11434,
  heartbeatMs: 15_000,
  orphanGraceMs: 10_000,
  keepFinishedMs: 60_000,
  keepFinishedBytes: 32 * 1024 * 1024,
  stalledReaderMs: 60_000,
  maxReplyChars: 8 * 1024 * 1024,
  maxReplyMs: 600_000,
  saveEveryMs: 250,
  model: "llama3.1:8b",
  agentId: "architect",
} as const;

/** How an engine is asked for replies: the values of the setting `engine.api`. */
export const ENGINE_APIS = ["chat", "generate", "openai"] as const;

/** One of {@link ENGINE_APIS}. */
export type EngineApi = (typeof ENGINE_APIS)[number];

/** Build metadata of the stand-in's version (`0.23.0+stand-in`): how everybody can tell that it is not Ollama. */
export const STAND_IN_BUILD = "stand-in";

/** How whoever is answered `draining` sends again, in milliseconds: for how long, and after which pause each time. */
export const SENDING_AGAIN = { longestMs: 30_000, pauseMs: 1_000 } as const;

/** Longest message, in UTF-16 code units. */
const MESSAGE_CHARS = 50_000;

/** Limits of the contract. */
export const LIMITS = {
  /** Largest request body, in bytes. */
  bodyBytes: 1024 * 1024,
  /**
   * Largest head of a request, in bytes: the general stream takes a message in its URL, where each UTF-16 code unit is up to
   * three bytes, escaped to nine.
   */
  headBytes: 9 * MESSAGE_CHARS + 16 * 1024,
  /** Largest body of a message with pictures, in bytes. */
  imageBodyBytes: 20 * 1024 * 1024,
  /** Most pictures of one message. */
  imagesOfMessage: 8,
  /** Longest line of an engine's reply, and longest event of a stream, in UTF-16 code units. */
  lineChars: 16 * 1024 * 1024,
  /** Longest message, in UTF-16 code units. */
  messageChars: MESSAGE_CHARS,
  /** A conversation with more messages than this gets a summary. */
  summaryAfterMessages: 60,
  /** How many of the newest messages stay verbatim beside the summary. */
  verbatimMessages: 30,
  /** What of a model's window a prompt may take: the rest of it is the reply's. */
  promptShare: 0.75,
  /** Longest text that is searched for, in UTF-16 code units. */
  searchChars: 200,
  /** Longest title, in characters. */
  titleChars: 80,
  /** The same in UTF-16 code units: a character may be two. */
  titleUnits: 160,
  /** Largest body of an import, in bytes: whoever has a larger file sends it in parts. */
  importBodyBytes: 64 * 1024 * 1024,
  /** Most messages of a conversation that is imported. */
  maxImportedMessages: 100_000,
  /** Longest message of such a conversation, in UTF-16 code units: as long as the longest reply. */
  maxImportedMessageChars: DEFAULTS.maxReplyChars,
} as const;
