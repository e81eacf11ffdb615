import pg from "pg";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { PostgresqlBus } from "../../../src/services/replicas/postgresql-bus.ts";
import { NO_POSTGRESQL, sharedPostgresql } from "../../support/postgresql.ts";
import { eventually } from "../../support/streams.ts";

const CHANNEL = "stack_test";

let url = "";

beforeAll(async () => {
  if (NO_POSTGRESQL !== undefined) return;
  url = await (await sharedPostgresql()).createDatabase("SELECT 1");
});

/** A copy's bus, with what it has heard. */
async function join() {
  const bus = new PostgresqlBus({ url, channel: CHANNEL, onError: () => undefined });
  onTestFinished(() => bus.close());
  const heard: unknown[] = [];
  let gaps = 0;
  bus.subscribe("number", {
    onMessage: (message) => void heard.push(message),
    onGap: () => {
      gaps += 1;
    },
  });
  await bus.connect();
  return { bus, heard, gaps: () => gaps };
}

/** Ends all connections of buses, as a restart of the database does. */
async function cutAll(): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'stack bus%'",
  );
  await client.end();
}

test.skipIf(NO_POSTGRESQL !== undefined)(
  "what one copy publishes arrives at the others in its order, and not at itself",
  async () => {
    const [one, other, third] = [await join(), await join(), await join()];
    const numbers = Array.from({ length: 100 }, (_, number) => ({ number }));
    for (const each of numbers) one.bus.publish("number", each);
    one.bus.publish("another topic", { number: -1 });
    await eventually(() => expect([other.heard, third.heard]).toEqual([numbers, numbers]));
    expect(one.heard).toEqual([]);
  },
);

test.skipIf(NO_POSTGRESQL !== undefined)(
  "after its connection was lost a bus listens again, and both who missed and who could not tell say so",
  async () => {
    const [one, other] = [await join(), await join()];
    // Being connected at all is a beginning, before which anything may have happened.
    expect([one.gaps(), other.gaps()]).toEqual([1, 1]);
    await cutAll();
    await eventually(() => expect([one.gaps() > 1, other.gaps() > 1]).toEqual([true, true]));
    one.bus.publish("number", { number: 1 });
    await eventually(() => expect(other.heard).toEqual([{ number: 1 }]));
  },
);

test.skipIf(NO_POSTGRESQL !== undefined)(
  "what is too long for a payload, or is said before there is a connection, becomes a gap at the others",
  async () => {
    const other = await join();
    const early = new PostgresqlBus({ url, channel: CHANNEL, onError: () => undefined });
    onTestFinished(() => early.close());
    early.publish("number", { number: 1 });
    await early.connect();
    await eventually(() => expect(other.gaps()).toBe(2));
    early.publish("number", { text: "€".repeat(3_000) });
    await eventually(() => expect(other.gaps()).toBe(3));
    expect(other.heard).toEqual([]);
  },
);
