/** What the process that measures a load and those that drive its users say to each other: plain JSON. */
import type { Pace } from "../harness/load-report.ts";
import type { Caller } from "../targets/drivers/caller-session.ts";
import type { ChatPlace } from "../targets/drivers/chat-client.ts";
import type { TargetUrls } from "../targets/open-target.ts";
import type { PlannedLoadStep } from "./load-plan.ts";
import type { EncodedStep } from "./step-record.ts";
import type { UserPlan } from "./virtual-user.ts";

/** Somebody whom the target knows: several users may be one person, each with conversations of its own. */
export interface LoadPerson {
  /** Shown with every call; empty for none. */
  readonly caller: Caller;
  /** Where all its conversations are. */
  readonly place: ChatPlace;
}

/** The share of one process. */
export interface DriveJob {
  /** Without what is no data: a driver of one's own is loaded again, by its file. */
  readonly target: Omit<TargetUrls, "driver" | "killer">;
  readonly isStandIn: boolean;
  readonly people: readonly LoadPerson[];
  /** Each with whom of `people` it is. */
  readonly users: readonly (UserPlan & { readonly person: number })[];
  readonly steps: readonly PlannedLoadStep[];
  readonly pace: Pace;
  /** Replies are given this long to end after the last step, in milliseconds. */
  readonly graceMs: number;
}

/** How the present step is going in one process. */
export interface DriveProgress {
  /** By its place; undefined between two. */
  readonly step: number | undefined;
  readonly running: number;
  readonly done: number;
  readonly failed: number;
  readonly tokens: number;
  /** The times of first tokens, as an encoded histogram; undefined where none came. */
  readonly first_token: string | undefined;
}

export type ToLoadProcess =
  | { readonly type: "job"; readonly job: DriveJob }
  /** When the run begins, by the clock of this machine: milliseconds since 1970. */
  | { readonly type: "start"; readonly at: number }
  | { readonly type: "stop" };

export type FromLoadProcess =
  | { readonly type: "ready" }
  | { readonly type: "made" | "gone"; readonly person: number; readonly conversation: string }
  | { readonly type: "progress"; readonly progress: DriveProgress }
  | { readonly type: "result"; readonly steps: readonly EncodedStep[] }
  | { readonly type: "failed"; readonly message: string };
