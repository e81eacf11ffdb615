import { describe, expect, onTestFinished, test } from "vitest";
import { LOCAL_USER } from "../../../../src/contract/caller-headers.ts";
import { openPostgresqlStore } from "../../../../src/services/conversations/postgresql/open-postgresql-store.ts";
import { NO_POSTGRESQL } from "../../../support/postgresql.ts";
import { useTestSchemas } from "../../../support/postgresql-test-store.ts";

/** A socket, and who calls by it. */
interface Socket {
  readonly account: string;
  readonly folder: string;
  readonly database: string;
  readonly options: string;
}

const FORMS: Readonly<Record<string, (socket: Socket) => string>> = {
  "a user and no host": ({ account, folder, database, options }) =>
    `postgresql://${account}@/${database}?host=${folder}&options=${options}`,
  "neither user nor host": ({ account, folder, database, options }) => {
    const [user, password] = account.split(":");
    return `postgresql:///${database}?host=${folder}&user=${user}&password=${password}&options=${options}`;
  },
  "the folder as host": ({ account, folder, database, options }) =>
    `postgresql://${account}@${encodeURIComponent(folder)}/${database}?options=${options}`,
};

describe.skipIf(NO_POSTGRESQL !== undefined)(`on PostgreSQL ${NO_POSTGRESQL ?? ""}`, () => {
  const schemas = useTestSchemas();

  test.each(Object.entries(FORMS))("a socket is reached by its folder, with %s", async (_, form) => {
    const { username, password, pathname, searchParams } = new URL(await schemas.withTables());
    const url = form({
      account: `${username}:${password}`,
      folder: searchParams.get("host") ?? "",
      database: pathname.slice(1),
      options: encodeURIComponent(searchParams.get("options") ?? ""),
    });
    const store = await openPostgresqlStore({ url, defaultAgent: "architect" });
    onTestFinished(() => store.close());
    const { sessions } = await store.as(LOCAL_USER).conversations.list({ limit: 1, offset: 0 });
    expect(sessions).toEqual([]);
  });
});
