import type { Config } from "../config/config-schema.ts";
import type { Address } from "../contract/address.ts";

/** One file of an export. */
export interface ExportedFile {
  /** Relative to the folder that it is written to. */
  readonly name: string;
  readonly text: string;
  /** True for a template that somebody fills in: it is written beside the others, and not printed with them. */
  readonly isTemplate?: boolean;
}

/** What a format makes of a configuration. */
export interface ExportResult {
  readonly files: readonly ExportedFile[];
  /** What whoever uses them must know: sentences, each about one thing that was left out or is still to be done. */
  readonly notes: readonly string[];
}

/** What is asked for beside the configuration. */
export interface ExportOptions {
  /** Names that people call the page by, as they stand in `Host`; those of `http.allowed_hosts` where there are none. */
  readonly hosts: readonly string[];
  /** The container image of this package; `chat-stack:VERSION` if not given. */
  readonly image?: string | undefined;
  /** How many copies of gateway and HMI; as many as is usual for the format where it is left out. */
  readonly replicas?: number | undefined;
  /** Where a proxy finds the page's service, each copy of it; where that is configured to listen if it is left out. */
  readonly upstreams?: readonly Address[] | undefined;
  /** The PATH on which programs are looked for, where they must be known by their places. */
  readonly path?: string | undefined;
}

/** A format of `stack export`: what it is for, and how it is made. */
export interface ExportFormat {
  /** The word on the command line. */
  readonly name: string;
  /** What is written, in one line. */
  readonly summary: string;
  /** Throws a UserError `export_impossible` where the configuration cannot be run so. */
  render(config: Config, options: ExportOptions): ExportResult;
}
