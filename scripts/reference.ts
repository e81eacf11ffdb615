/**
 * Writes docs/reference.md, what the code promises, row by row, with the test that holds each row; and
 * docs/config.schema.json, what a configuration file may hold, for editors.
 */
import { writeFileSync } from "node:fs";
import { CONFIG_SCHEMA_FILE, renderConfigSchema } from "./reference/config-schema.ts";
import { REFERENCE_FILE, renderReference } from "./reference/render.ts";

writeFileSync(REFERENCE_FILE, renderReference());
writeFileSync(CONFIG_SCHEMA_FILE, renderConfigSchema());
