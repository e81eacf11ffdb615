/** Writes docs/reference.md: what the code promises, row by row, with the test that holds each row. */
import { writeFileSync } from "node:fs";
import { REFERENCE_FILE, renderReference } from "./reference/render.ts";

writeFileSync(REFERENCE_FILE, renderReference());
