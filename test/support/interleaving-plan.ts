import fc from "fast-check";

/** This many conversations are used at once. */
export const PLACES = 2;

/** What clients do, and how often beside the rest. */
const ACTIONS = {
  post: 5,
  "post twice": 2,
  "post to a new one": 2,
  general: 3,
  "general with key": 2,
  "general to the active one": 1,
  join: 3,
  "join by name": 2,
  leave: 4,
  "come back": 4,
  cancel: 4,
  "cancel by name": 4,
  regenerate: 4,
  "regenerate by name": 3,
  edit: 3,
  choose: 3,
  archive: 1,
  clear: 1,
  delete: 1,
};

export type Action = keyof typeof ACTIONS;

/** One thing that a client does, without waiting for what was done before. */
export interface Step {
  readonly action: Action;
  /** Which conversation or reader is meant. */
  readonly at: number;
  /** How long it waits before, in milliseconds. */
  readonly after: number;
  /** How long a sent message's reply is, in words. */
  readonly words: number;
}

/** A stack's pace, and what its clients do. */
export interface Plan {
  readonly tokenDelayMs: number;
  readonly keepFinishedMs: number;
  readonly onReaderGone: "finish" | "cancel";
  /** How long a write takes to reach the disk. */
  readonly diskDelayMs: number;
  readonly steps: readonly Step[];
}

const anyAction = fc.oneof(
  ...Object.entries(ACTIONS).map(([action, weight]) => ({
    arbitrary: fc.constant(action as Action),
    weight,
  })),
);

/** Any plan. Most of its steps come close upon each other. */
export const anyPlan: fc.Arbitrary<Plan> = fc.record({
  tokenDelayMs: fc.constantFrom(0, 1, 2, 4),
  keepFinishedMs: fc.constantFrom(0, 15, 60_000),
  onReaderGone: fc.constantFrom("finish", "finish", "cancel"),
  diskDelayMs: fc.constantFrom(0, 0, 4),
  steps: fc.array(
    fc.record({
      action: anyAction,
      at: fc.nat(11),
      after: fc.constantFrom(0, 0, 0, 1, 2, 5, 12, 25),
      words: fc.constantFrom(0, 1, 3, 10, 20),
    }),
    { minLength: 10, maxLength: 40 },
  ),
});
