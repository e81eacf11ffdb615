import type { WireSettings } from "../contract/wire-description.ts";

/** What a network log tells of how a back end is talked to. */
export interface LearnedWire {
  /** The driver to go by: one that is known, or `described`. */
  readonly driver: string;
  /** What departs from the driver; for `described` all of it. */
  readonly wire: WireSettings;
  readonly service: "hmi" | "gateway" | "engine";
  /** Where the back end is, as the page asked for it: `http://127.0.0.1:3000`. */
  readonly url: string;
  /** What was said, and what came back. */
  readonly talk: { readonly said: string; readonly reply: string };
  readonly findings: readonly LearnedFinding[];
  readonly unknown: readonly UnknownSetting[];
  /** What was seen and no description can say: such a wire needs a driver in code. */
  readonly unsayable: readonly string[];
}

/** One thing that was inferred, with the bytes that it was inferred from. */
export interface LearnedFinding {
  /** `send`, `stream.text`: below `contract.wire`. */
  readonly setting: string;
  /** What it is, in short. */
  readonly value: string;
  /** `entry 12, POST /api/chat`. */
  readonly where: string;
  /** What stood there, cut to a line. */
  readonly bytes: string;
}

/** What the log does not tell, and how it could. */
export interface UnknownSetting {
  readonly setting: string;
  readonly why: string;
}
