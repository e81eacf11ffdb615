/**
 * Writes docs/reference.md, what the code promises, row by row, with the test that holds each row;
 * docs/config.schema.json, what a configuration file may hold, for editors; docs/report.schema.json, what a report
 * of a run holds, and docs/chat-export.schema.json, what an export of conversations holds, for programs.
 */
import { writeFileSync } from "node:fs";
import { CHAT_EXPORT_SCHEMA_FILE, renderChatExportSchema } from "./reference/chat-export-schema.ts";
import { CONFIG_SCHEMA_FILE, renderConfigSchema } from "./reference/config-schema.ts";
import { REFERENCE_FILE, renderReference } from "./reference/render.ts";
import { REPORT_SCHEMA_FILE, renderReportSchema } from "./reference/report-schema.ts";

writeFileSync(REFERENCE_FILE, renderReference());
writeFileSync(CONFIG_SCHEMA_FILE, renderConfigSchema());
writeFileSync(REPORT_SCHEMA_FILE, renderReportSchema());
writeFileSync(CHAT_EXPORT_SCHEMA_FILE, renderChatExportSchema());
