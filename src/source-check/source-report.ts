/** What the source check looks for; a name may have `*` for any characters. */
export interface SourceNames {
  /** Parameters that an endpoint accepts and must hand on. */
  readonly parameters: readonly string[];
  /** Functions that save, or that find or make a conversation; methods of any object too. */
  readonly functions: readonly string[];
  /** Variables that hold a client of the engine or of another service. */
  readonly clients: readonly string[];
}

/**
 * Functions that save a part of a conversation. Not `save_*`: preferences and audit logs are saved too, and need not
 * know the parameter.
 */
const SAVERS = [
  "save_*message*",
  "save_*chat*",
  "save_*reply*",
  "add_*message*",
  "store_*message*",
  "insert_*message*",
];

/**
 * BUG-016's names. Its fourth call, "in the summarization section", has no name in the report, so that
 * whatever sums up counts.
 */
export const SEED_NAMES: SourceNames = {
  parameters: ["model_id"],
  functions: ["get_or_create_session*", ...SAVERS, "*summar*"],
  clients: ["client", "*_client", "llm", "model"],
};

export type FindingKind = "none-passed" | "left-out" | "parameter-overwritten" | "client-overwritten";

/** One place in the sources that loses what an endpoint was given. */
export interface Finding {
  readonly kind: FindingKind;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** The line as it is in the file, without the space around it. */
  readonly source: string;
  /** The endpoint's function. */
  readonly endpoint: string;
  /** `GET /api/chat/general-stream`, as the decorator has it. */
  readonly route: string;
  /** The parameter that is lost, or the client that is overwritten. */
  readonly name: string;
  /** What is wrong, in a sentence. */
  readonly found: string;
  /** What to write in its place. */
  readonly instead: string;
}

/** A file that says nothing, or not all of it. */
export interface Unreadable {
  readonly file: string;
  /** Of the first error; null where it is none of one line. */
  readonly line: number | null;
  readonly reason: string;
}

export interface SourceCounts {
  /** Python files, also those that could not be read. */
  readonly files: number;
  readonly endpoints: number;
  /** Endpoints that accept one of the parameters. */
  readonly accepting: number;
  /** Calls of the functions in those, and rows that they write as dictionaries. */
  readonly calls: number;
  /** Those of the calls of which it cannot be told what becomes of the parameter: `**fields`, a function of another library. */
  readonly not_followed: number;
}

/** Everything that one source check found, as `--json` prints it. */
export interface SourceReport extends SourceNames {
  readonly root: string;
  readonly findings: readonly Finding[];
  readonly unreadable: readonly Unreadable[];
  readonly counts: SourceCounts;
  /** Why nothing was judged, and what to do; null where something was. */
  readonly not_judged: { readonly reason: string; readonly hint: string } | null;
  readonly duration_ms: number;
}
