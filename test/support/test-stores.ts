import type { ConversationStore, UserStore } from "../../src/services/conversations/conversation-store.ts";

/** A store of a test's own, closed after it, with its database past every rule of the program. */
export interface TestStore {
  readonly store: ConversationStore;
  /** What the only user has where there is one. */
  readonly own: UserStore;
  readonly raw: RawDatabase;
  /** Another store on the same database, as another process would have it. */
  openAnother(): Promise<Pick<TestStore, "store" | "own">>;
  /** This many more, each with a connection of its own, or in a process of its own where the kind has locks of processes. */
  openMany(count: number): Promise<StoreElsewhere[]>;
}

/** A store that is called by the names of its calls, of what the user has or of `replies`. */
export interface StoreElsewhere {
  call(part: string, name: string, ...args: unknown[]): Promise<AnswerElsewhere>;
}

/** What such a call gives back, or with which code it fails. */
export interface AnswerElsewhere {
  readonly result?:
    | {
        readonly session: { readonly session_id: string };
        readonly created: boolean;
        readonly user: { readonly message_id: string };
        readonly isNew: boolean;
      }
    | undefined;
  readonly error?: string;
}

/** The database of a store, where only what it holds itself is left of the rules. */
export interface RawDatabase {
  exec(sql: string): Promise<void>;
  /** The first row. */
  get(sql: string): Promise<Record<string, unknown> | undefined>;
  /** Lets every insert into this table fail with the message "full". */
  refuseInserts(table: "messages" | "conversations"): Promise<void>;
  /** What `stack store check` finds wrong with it. */
  problems(): Promise<readonly string[]>;
}

/** Opens a store on a new database, of the kind that the tests are run on. */
export type OpenStore = () => Promise<TestStore>;
