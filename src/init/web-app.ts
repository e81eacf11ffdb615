/** Something found, and the line that shows it. */
export interface FoundValue<Value> {
  readonly value: Value;
  /** `gateway/main.py:12`. */
  readonly where: string;
}

/** A web application in a folder, in whatever language. */
export interface WebApp {
  readonly framework: string;
  /** Relative to the folder that was searched, with `/`. */
  readonly file: string;
  /** Where it is created. */
  readonly where: string;
  /** Name of its variable, or of its package; empty for a server that has none. */
  readonly variable: string;
  /** The port that it listens on, if it can be told. */
  readonly port?: FoundValue<number>;
  /** Its path that tells its health. */
  readonly health?: FoundValue<string>;
  /** Its paths by which people chat: `/chat/stream`, `/api/chat/message`. */
  readonly chat: readonly FoundValue<string>[];
}

/** A path without parameters that tells a health. */
export const HEALTH = /^\/[\w/-]*health[\w/-]*$/;

/** A path by which people chat. */
export const CHAT = /^\/[\w/{}:<>.-]*(?:chat|stream|completions)[\w/{}:<>.-]*$/;
