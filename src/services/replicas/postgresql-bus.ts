import pg from "pg";
import type { ReplicaBus, ReplicaListener } from "./replica-bus.ts";

export interface PostgresqlBusOptions {
  /** Of the database that all copies share. */
  readonly url: string;
  /** What they listen on: one name a service. */
  readonly channel: string;
  /** Told of each connection that is lost, or cannot be made. */
  readonly onError: (error: unknown, what: string) => void;
}

/** PostgreSQL takes payloads of less than 8000 bytes. */
const LONGEST_PAYLOAD_BYTES = 7_999;

/**
 * How long what is said waits for more, in milliseconds: one statement tells all of it, and not while the database has to do for the
 * message of which it tells.
 */
const GATHERED_FOR_MS = 20;

const TELL = "SELECT pg_notify($1, said) FROM unnest($2::text[]) AS said";

/** The pauses between two tries to connect grow from the first to the longest, in milliseconds. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** How long a database may take to be reached, or to answer, before its connection is taken for lost, in milliseconds. */
const PATIENCE_MS = 5_000;

/** How often it is asked whether the connection still leads anywhere: a host that is cut off hears nothing, not even that. */
const PROBE_EVERY_MS = 5_000;

/** What goes over the channel. */
interface Payload {
  readonly from: string;
  /** Left out where only a gap is told. */
  readonly topic?: string;
  readonly message?: unknown;
}

/**
 * A bus by `LISTEN` and `NOTIFY`, on a connection of its own, which is made anew whenever it is lost. What is said
 * meanwhile is heard by nobody: then its listeners are told of a gap, and where this copy had something to say, the
 * others are too.
 */
export class PostgresqlBus implements ReplicaBus {
  readonly #options: PostgresqlBusOptions;
  /** By which it knows what it has published itself. */
  readonly #self = crypto.randomUUID();
  readonly #listeners: { readonly topic: string; readonly listener: ReplicaListener }[] = [];
  #client: pg.Client | undefined;
  /** What is to be told together, and when. */
  #unsaid: string[] = [];
  #telling: NodeJS.Timeout | undefined;
  /** The last of what is asked of the database, one after the other. */
  #last: Promise<void> = Promise.resolve();
  #hasLostMessages = false;
  #pauseMs = FIRST_PAUSE_MS;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: PostgresqlBusOptions) {
    this.#options = options;
  }

  /** Begins to listen; resolves when it does, or at the first failure, after which it is tried again until it is closed. */
  async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#options.url,
      application_name: `stack bus ${this.#options.channel}`,
      connectionTimeoutMillis: PATIENCE_MS,
      query_timeout: PATIENCE_MS,
      keepAlive: true,
    });
    client.on("notification", ({ payload }) => this.#hear(payload));
    client.on("error", (error) => this.#lose(client, error));
    client.on("end", () => this.#lose(client, new Error("The database has closed the connection.")));
    try {
      await client.connect();
      // What is said survives no crash anyway: nobody waits for the disk.
      const channel = pg.escapeIdentifier(this.#options.channel);
      await client.query(`SET synchronous_commit TO off; LISTEN ${channel}`);
    } catch (error) {
      this.#end(client);
      this.#tryAgain(error);
      return;
    }
    if (this.#isClosed) return this.#end(client);
    this.#client = client;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#probe(client);
    if (this.#hasLostMessages) {
      this.#hasLostMessages = false;
      this.#send({ from: this.#self });
    }
    this.#tellGap();
  }

  publish(topic: string, message: object): void {
    this.#send({ from: this.#self, topic, message });
  }

  subscribe(topic: string, listener: ReplicaListener): void {
    this.#listeners.push({ topic, listener });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#tell();
    await this.#last;
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }

  #send(payload: Payload): void {
    if (this.#client === undefined) {
      this.#hasLostMessages = true;
      return;
    }
    const text = JSON.stringify(payload);
    const fits = Buffer.byteLength(text) <= LONGEST_PAYLOAD_BYTES;
    const sent = fits ? text : JSON.stringify({ from: this.#self } satisfies Payload);
    this.#unsaid.push(sent);
    this.#telling ??= setTimeout(() => this.#tell(), GATHERED_FOR_MS);
  }

  #tell(): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    const [said, client] = [this.#unsaid, this.#client];
    this.#unsaid = [];
    if (said.length === 0) return;
    if (client === undefined) {
      this.#hasLostMessages = true;
      return;
    }
    this.#last = this.#last.then(async () => {
      const isTold = await this.#ask(client, { text: TELL, values: [this.#options.channel, said] });
      if (!isTold) this.#hasLostMessages = true;
    });
  }

  /** False where the connection is lost. */
  async #ask(client: pg.Client, query: pg.QueryConfig): Promise<boolean> {
    if (this.#client !== client) return false;
    try {
      await client.query(query);
      return true;
    } catch (error) {
      this.#lose(client, error);
      return false;
    }
  }

  #hear(text: string | undefined): void {
    const payload = parsed(text);
    if (payload === undefined || payload.from === this.#self) return;
    if (payload.topic === undefined) this.#tellGap();
    for (const { topic, listener } of this.#listeners) {
      if (topic === payload.topic) listener.onMessage(payload.message);
    }
  }

  #tellGap(): void {
    for (const { listener } of this.#listeners) listener.onGap();
  }

  #probe(client: pg.Client): void {
    this.#timer = setTimeout(() => {
      this.#last = this.#last.then(async () => {
        if (await this.#ask(client, { text: "SELECT 1" })) this.#probe(client);
      });
    }, PROBE_EVERY_MS).unref();
  }

  /** To be called as often as one likes. */
  #lose(client: pg.Client, error: unknown): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#end(client);
    this.#tryAgain(error);
  }

  #tryAgain(error: unknown): void {
    if (this.#isClosed) return;
    this.#options.onError(error, `listening to the other copies (${this.#options.channel})`);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.connect(), this.#pauseMs).unref();
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
  }

  /** Nobody waits for a connection that is given up. */
  #end(client: pg.Client): void {
    client.end().catch(() => undefined);
  }
}

/** Undefined for what no copy of this version has said. */
function parsed(text: string | undefined): Payload | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    const isPayload = typeof value === "object" && value !== null && "from" in value;
    return isPayload ? (value as Payload) : undefined;
  } catch {
    return undefined;
  }
}
