/** Where conversations are: a SQLite file, or a PostgreSQL database where `url` is not empty. */
export interface StorePlace {
  readonly path: string;
  readonly url: string;
}

/**
 * Opens the database once as services do, and makes and migrates it where that is due. Throws a UserError where it cannot be
 * used.
 */
export async function requireDatabase({ path, url }: StorePlace): Promise<void> {
  // Each is loaded only by whoever has such a store.
  if (url !== "") {
    const { openPostgresqlDatabase } = await import("./postgresql/open-postgresql-store.ts");
    await (await openPostgresqlDatabase(url)).close();
    return;
  }
  const { openDatabase } = await import("./sqlite/sqlite-database.ts");
  await openDatabase(path).close();
}
